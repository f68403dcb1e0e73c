require ["fileinto", "envelope", "regex", "reject", "relational", "comparator-i;ascii-numeric"];

# ------------------------------------------------------------
# spam.sieve   owner: security
# ------------------------------------------------------------

# The filter is sure
if header :contains "X-Spam-Flag" "YES" {
    fileinto "Junk";
    stop;
}
# The filter is very sure (ten stars)
if header :contains "X-Spam-Level" "**********" {
    discard;
    stop;
}
# By score - asked for by jh, nobody knows whether it still works
if header :value "ge" :comparator "i;ascii-numeric" "X-Spam-Score" "9" {
    discard;
    stop;
}

# viagra
if header :contains "subject" ["viagra", "casino bonus"] {
    discard;
    stop;
}
# crypto doubler
if header :contains "subject" ["crypto doubler", "cheap meds"] {
    discard;
    stop;
}
# lottery winner
if header :contains "subject" ["lottery winner", "replica watches"] {
    discard;
    stop;
}
# hot singles
if header :contains "subject" ["hot singles", "refinance now"] {
    discard;
    stop;
}
# work from home
if header :contains "subject" ["work from home", "weight loss"] {
    discard;
    stop;
}
# miracle cure
if header :contains "subject" ["miracle cure", "unclaimed funds"] {
    discard;
    stop;
}
# inheritance fund
if header :contains "subject" ["inheritance fund", "penny stocks"] {
    discard;
    stop;
}
# free iphone
if header :contains "subject" ["free iphone", "gift card reward"] {
    discard;
    stop;
}
if envelope :domain :is "from" "bulkmailer.example" { discard; stop; }
if envelope :domain :is "from" "offers-today.example" { discard; stop; }
if envelope :domain :is "from" "newsblast.example" { discard; stop; }
if envelope :domain :is "from" "clickbait.example" { discard; stop; }
if envelope :domain :is "from" "promo-king.example" { discard; stop; }
if envelope :domain :is "from" "leadgen.example" { discard; stop; }
if envelope :domain :is "from" "spamhaus-test.example" { discard; stop; }
if envelope :domain :is "from" "winners.example" { discard; stop; }

# lookalikes of our own domain
if address :domain :is "from" ["examp1e.com", "exarnple.com", "example-com.example"] {
    reject "This domain is not welcome here.";
    stop;
}
if address :domain :matches "from" "*-example.com.*" { discard; stop; }
# CEO fraud: our boss does not write from elsewhere
if allof (header :contains "from" "Carla Boss", not address :domain :is "from" "example.com") {
    fileinto "Quarantine";
    stop;
}
if header :regex "subject" "^(re|fwd?): *(urgent|overdue) payment" { fileinto "Quarantine"; stop; }
if header :regex "subject" "[0-9]{4,}% (off|discount)" { discard; stop; }
if header :matches "subject" "*you have ? new voicemail*" { discard; stop; }
# empty subject and large
if allof (not exists "subject", size :over 500K) { fileinto "Junk"; stop; }
if exists "X-Mass-Mailer" { fileinto "Junk"; stop; }
if header :is "precedence" "bulk" { fileinto "Bulk"; stop; }
if header :contains ["to", "cc"] "undisclosed-recipients" { fileinto "Bulk"; stop; }
