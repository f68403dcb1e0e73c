require ["fileinto", "reject", "relational", "comparator-i;ascii-numeric", "date", "variables"];
# rule:[Recruiters]
if header :contains "subject" ["opportunity", "open position", "hiring"]
{
	discard;
	stop;
}
# rule:[Ex]
if address :is "from" ["dave@mail.example", "dave@work.example"]
{
	reject "Please do not write to me.";
	stop;
}
# rule:[Build failures]
if allof (header :is "X-CI-Status" "failed", header :contains "subject" "main")
{
	fileinto "CI/Failed";
	stop;
}
# rule:[Other builds]
if header :contains "X-CI-Status" ["passed", "failed", "canceled"]
{
	fileinto "CI";
	stop;
}
# rule:[Big ones]
if size :over 10M
{
	fileinto "Big";
	stop;
}
# rule:[Many recipients]
if address :count "gt" :comparator "i;ascii-numeric" ["to", "cc"] "20"
{
	fileinto "Crowd";
	stop;
}
# rule:[Night mail]
if currentdate :value "ge" "hour" "22"
{
	fileinto "Tomorrow";
	stop;
}
# rule:[Social]
if header :matches "from" ["*@social.example>", "*@chat.example>"]
{
	fileinto "Social";
	stop;
}
# rule:[Alerts]
if address :localpart :matches "from" ["alert*", "*-alerts", "nagios"]
{
	fileinto "Alerts";
	stop;
}
