require ["fileinto", "envelope", "editheader", "enotify", "variables"];
# rule:[Priority customers]
if address :domain :is "from" ["alder.example", "cedar.example"]
{
	addheader "X-Priority-Customer" "yes";
}
# rule:[Out of office]
if anyof (header :contains "subject" ["out of office", "automatic reply", "abwesend"], exists "X-Autoreply")
{
	discard;
	stop;
}
# rule:[Bounces]
if envelope :is "from" ""
{
	fileinto "Bounces";
	stop;
}
# rule:[German]
if header :contains "subject" ["Störung", "Rückgabe"]
{
	fileinto "DE";
	stop;
}
# rule:[Pager]
if header :contains "subject" "outage"
{
	notify :message "Outage mail" "mailto:pager@example.com";
	fileinto "Outages";
	stop;
}
# rule:[Surveys]
if header :contains "subject" "survey"
{
	fileinto "Surveys";
	stop;
}
# rule:[Duplicates of the forum]
if header :contains "from" "forum@community.example"
{
	redirect "forum-archive@example.com";
	stop;
}
