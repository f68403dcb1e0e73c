require ["envelope", "include", "editheader", "copy", "variables"];

# Partners: marked for the mail server, never treated as spam
set "mark" "partner";

# Alder Logistics
if envelope :domain :is "from" "alder.example" {
    addheader "X-Partner" "${mark}; alder.example";
    return;
}
# Birch & Sons
if address :domain :is "from" ["birch.example", "mail.birch.example"] {
    addheader "X-Partner" "${mark}; birch.example";
}
# Cedar Bank
if allof (address :domain :matches "from" "*.cedar.example", header :contains "subject" ["invoice", "statement"]) {
    redirect :copy "accounting@example.com";
}
# Dogwood
if anyof (address :is "from" "orders@dogwood.example", address :localpart :matches "from" "edi-*") {
    addheader "X-Partner" "orders";
}
# Elm Insurance
if envelope :domain :is "from" "elm.example" {
    addheader "X-Partner" "${mark}; elm.example";
    return;
}
# Fir Freight
if address :domain :is "from" ["fir.example", "mail.fir.example"] {
    addheader "X-Partner" "${mark}; fir.example";
}
# Ginkgo
if allof (address :domain :matches "from" "*.ginkgo.example", header :contains "subject" ["invoice", "statement"]) {
    redirect :copy "accounting@example.com";
}
# Hazel Parts
if anyof (address :is "from" "orders@hazel.example", address :localpart :matches "from" "edi-*") {
    addheader "X-Partner" "orders";
}
# Ivy Legal
if envelope :domain :is "from" "ivy.example" {
    addheader "X-Partner" "${mark}; ivy.example";
    return;
}
# Juniper
if address :domain :is "from" ["juniper.example", "mail.juniper.example"] {
    addheader "X-Partner" "${mark}; juniper.example";
}
# Katsura
if allof (address :domain :matches "from" "*.katsura.example", header :contains "subject" ["invoice", "statement"]) {
    redirect :copy "accounting@example.com";
}
# Larch
if anyof (address :is "from" "orders@larch.example", address :localpart :matches "from" "edi-*") {
    addheader "X-Partner" "orders";
}
