require ["fileinto", "envelope", "variables"];

# lists.sieve: mailing lists into folders
set "root" "Lists";
if header :contains "List-Id" "<dev-announce.lists.example.org>" { fileinto "${root}/dev-announce"; stop; }
if envelope :matches "from" "ops-talk-bounces*@lists.example.org" { fileinto "${root}/ops-talk"; stop; }
if header :contains "subject" "[python-help]" { fileinto "${root}/python-help"; stop; }
if address :is ["to", "cc"] "mail-admins@lists.example.org" { fileinto "${root}/mail-admins"; stop; }
if anyof (header :contains "X-BeenThere" "security-news@", header :is "sender" "security-news-bounces@lists.example.org") { fileinto "${root}/security-news"; stop; }
if header :contains "List-Id" "<kernel-watch.lists.example.org>" { fileinto "${root}/kernel-watch"; stop; }
if envelope :matches "from" "design-weekly-bounces*@lists.example.org" { fileinto "${root}/design-weekly"; stop; }
if header :contains "subject" "[legal-updates]" { fileinto "${root}/legal-updates"; stop; }
if address :is ["to", "cc"] "sales-leads@lists.example.org" { fileinto "${root}/sales-leads"; stop; }
if anyof (header :contains "X-BeenThere" "remote-work@", header :is "sender" "remote-work-bounces@lists.example.org") { fileinto "${root}/remote-work"; stop; }
