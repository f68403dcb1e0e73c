require ["envelope", "copy", "fileinto", "subaddress", "include"];

# departments.sieve: shared addresses and who gets them
if envelope :is "to" "invoices@example.com" {
    redirect "sales@accounting.example.com";
    stop;
}
# jobs: a copy goes to the team
if envelope :localpart :is "to" "jobs" {
    redirect :copy "recruiting@example.com";
    stop;
}
if allof (envelope :user "to" "press", envelope :domain "to" "example.com") {
    fileinto "Shared/marketing/press";
    stop;
}
if envelope :is "to" "gdpr@example.com" {
    redirect "privacy@legal.example.com";
    stop;
}
# noc: a copy goes to the team
if envelope :localpart :is "to" "noc" {
    redirect :copy "monitoring@example.com";
    stop;
}
if allof (envelope :user "to" "backup", envelope :domain "to" "example.com") {
    fileinto "Shared/it/backup";
    stop;
}
if envelope :is "to" "returns@example.com" {
    redirect "returns-team@logistics.example.com";
    stop;
}
# warranty: a copy goes to the team
if envelope :localpart :is "to" "warranty" {
    redirect :copy "warranty-desk@example.com";
    stop;
}
if allof (envelope :user "to" "fleet", envelope :domain "to" "example.com") {
    fileinto "Shared/logistics/fleet";
    stop;
}
if envelope :is "to" "events@example.com" {
    redirect "events-team@marketing.example.com";
    stop;
}
# training: a copy goes to the team
if envelope :localpart :is "to" "training" {
    redirect :copy "academy@example.com";
    stop;
}
if allof (envelope :user "to" "audit", envelope :domain "to" "example.com") {
    fileinto "Shared/legal/audit";
    stop;
}
# closed addresses
if envelope :is "to" ["fax@example.com", "telex@example.com", "sweepstakes@example.com"] {
    discard;
    stop;
}
include :global "lists";
