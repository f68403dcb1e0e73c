require ["fileinto", "copy", "imap4flags", "vacation", "subaddress", "body"];
# rule:[From my boss]
if header :contains "from" "carla@example.com"
{
	addflag "\\Flagged";
}
# rule:[Newsletters]
if anyof (header :contains "subject" ["newsletter", "digest"], header :contains "from" "news@")
{
	fileinto "News";
	stop;
}
# rule:[Old project]
if false # allof (header :contains "subject" "atlas", header :contains "to" "atlas@example.com")
{
	fileinto "Atlas";
}
# rule:[Travel]
if address :domain :is "from" ["airline.example", "hotel.example", "rail.example"]
{
	fileinto "Travel";
	stop;
}
# rule:[Lists by detail]
if address :detail :is "to" "lists"
{
	fileinto "Lists";
	stop;
}
# rule:[Tickets]
if header :matches "subject" "*[Ticket #*]*"
{
	fileinto "Tickets";
	stop;
}
# rule:[Mentions contract]
if body :contains "contract number"
{
	fileinto "Contracts";
	stop;
}
# rule:[Private copies]
if address :is "from" "landlord@home.example"
{
	redirect :copy "ann.private@mail.example";
	stop;
}
# rule:[On holiday]
if true
{
	vacation :days 7 :addresses ["ann@example.com"] "I am away until the 14th.";
}
