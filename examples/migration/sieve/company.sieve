require ["include", "fileinto", "reject", "envelope", "copy"];

# company.sieve - runs before everybody's own script.
# 2019-04 jh: split into one file for each team, see below
# 2022-11 mk: partners moved up, the spam rules took their invoices

# Never lose mail to the abuse desk
if envelope :is "to" ["abuse@example.com", "postmaster@example.com"] {
    keep;
    stop;
}

include :global "partners";
include :global "spam";
include :global "departments";
include :global :optional "winter-campaign";

# Too large for the mail server
if size :over 35M {
    reject "Your message is larger than 35 MB. Please use https://files.example.com/ instead.";
    stop;
}
