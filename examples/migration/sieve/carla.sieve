require ["fileinto", "copy", "envelope", "imap4flags", "regex"];
# rule:[Board]
if address :is "from" ["chair@board.example", "secretary@board.example", "auditor@board.example"]
{
	addflag "\\Flagged";
	redirect :copy "assistant@example.com";
	stop;
}
# rule:[Cold sales]
if allof (header :regex "subject" "(quick|short) (question|call)", not address :domain :is "from" ["example.com", "board.example"])
{
	discard;
	stop;
}
# rule:[Reports]
if header :matches "subject" ["Daily report*", "Weekly report*"]
{
	redirect "assistant@example.com";
	stop;
}
# rule:[Case matters]
if header :comparator "i;octet" :contains "subject" "ACME"
{
	fileinto "ACME";
	stop;
}
# rule:[Not from us]
if not anyof (address :domain :is "from" "example.com", envelope :domain :is "from" "example.com")
{
	fileinto "External";
	stop;
}
