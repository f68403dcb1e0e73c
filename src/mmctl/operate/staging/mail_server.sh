#!/bin/bash
# The internal mail server of a staging environment: Postfix that takes mail for the environment's
# domains from Mail Manager's relays alone, by TLS and AUTH, and keeps it in one Maildir.
#
# It sends nothing: no forwarding, no bounces, no mail to other domains.
# Run it again at any time: what is there stays, settings and password are written again.
#
# Settings (variables):
#   MAIL_NAME         its name, in the greeting and in the certificate
#   MAIL_DOMAINS      the domains whose mail it keeps, separated by blanks
#   RELAY_NETWORKS    the networks that may connect, separated by blanks, such as 192.0.2.0/24
#   RELAY_SECRET      the ARN of the secret with the members username and password
#   AWS_REGION        its region
#   DONE_URL          where to report the end to CloudFormation; may be empty
# For trying it on another machine than its own:
#   FOLDER            all its files go here, it installs nothing and listens on loopback
#   PORT              instead of 587
#   RELAY_SECRET_FILE the secret, as a file
set -euo pipefail

FOLDER=${FOLDER:-}
PORT=${PORT:-587}
if [ -n "$FOLDER" ]; then
  CONFIG=$FOLDER/etc QUEUE=$FOLDER/queue DATA=$FOLDER/data MAIL=$FOLDER/mail LOGS=$FOLDER/log
  ADDRESS=127.0.0.1
else
  CONFIG=/etc/postfix QUEUE=/var/spool/postfix DATA=/var/lib/postfix
  MAIL=/srv/staging-mail LOGS=/var/log/staging-mail
  ADDRESS=all
fi
STEP='read the settings'

# Says how it ended, so that CloudFormation waits no longer than it must.
report() {
  local code=$? status=SUCCESS reason='the mail server runs'
  [ "$code" = 0 ] || { status=FAILURE reason="could not $STEP"; echo "$reason" >&2; }
  [ -n "${DONE_URL:-}" ] || return 0
  curl --silent --show-error --retry 5 --request PUT --header 'Content-Type:' \
    --data "{\"Status\":\"$status\",\"UniqueId\":\"$MAIL_NAME\",\"Data\":\"\",\"Reason\":\"$reason\"}" \
    "$DONE_URL"
}
trap report EXIT

# A wrong network would let strangers in, or nobody.
check_settings() {
  : "${MAIL_NAME:?}" "${MAIL_DOMAINS:?}" "${RELAY_NETWORKS:?}"
  local network
  for network in $RELAY_NETWORKS; do
    case $network in
      */0) echo "everybody may not connect: $network" >&2; return 1 ;;
      [0-9]*.*.*.*/[1-9]*) ;;
      *) echo "no IPv4 network: $network" >&2; return 1 ;;
    esac
  done
}

# Postfix, and the library that checks passwords for it (Cyrus SASL).
install_packages() {
  [ -z "$FOLDER" ] || return 0
  dnf install --assumeyes --quiet postfix cyrus-sasl cyrus-sasl-plain
}

make_folders() {
  umask 022
  mkdir -p "$CONFIG/sasl" "$CONFIG/tls" "$QUEUE" "$DATA" "$MAIL" "$LOGS"
  chown postfix "$DATA"
  chown mail:mail "$MAIL"
  chmod 700 "$MAIL" "$CONFIG/tls"
}

# Whoever connects must encrypt; a certificate of its own suffices for that.
make_certificate() {
  [ ! -s "$CONFIG/tls/server.crt" ] || return 0
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=mail server of staging' \
    -addext "subjectAltName=DNS:$MAIL_NAME" \
    -keyout "$CONFIG/tls/server.key" -out "$CONFIG/tls/server.crt" 2>"$LOGS/certificate.log"
  chmod 600 "$CONFIG/tls/server.key"
}

read_secret() {
  if [ -n "${RELAY_SECRET_FILE:-}" ]; then
    cat "$RELAY_SECRET_FILE"
  else
    aws secretsmanager get-secret-value --region "$AWS_REGION" --secret-id "$RELAY_SECRET" \
      --query SecretString --output text
  fi
}

member() {
  python3 -c 'import json, sys; sys.stdout.write(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

# The password goes from the secret to the file of passwords by pipes: no command line shows it.
write_password() {
  local secret username
  secret=$(read_secret)
  username=$(printf '%s' "$secret" | member username)
  case $username in
    '' | *[!A-Za-z0-9._-]*) echo 'the username of the secret has other characters' >&2; return 1 ;;
  esac
  umask 077
  rm -f "$CONFIG/sasl/passwords.new"
  printf '%s' "$secret" | member password |
    saslpasswd2 -p -c -f "$CONFIG/sasl/passwords.new" -u "$MAIL_NAME" "$username"
  chgrp postfix "$CONFIG/sasl/passwords.new"
  chmod 640 "$CONFIG/sasl/passwords.new"
  mv "$CONFIG/sasl/passwords.new" "$CONFIG/sasl/passwords"
  umask 022
  cat >"$CONFIG/sasl/smtpd.conf" <<END
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: $CONFIG/sasl/passwords
mech_list: PLAIN LOGIN
END
}

write_networks() {
  local network
  for network in $RELAY_NETWORKS; do echo "$network permit"; done >"$CONFIG/relay_networks"
}

write_main() {
  cat >"$CONFIG/main.cf" <<END
compatibility_level = 3.6
queue_directory = $QUEUE
data_directory = $DATA
maillog_file = $LOGS/postfix.log
maillog_file_prefixes = $LOGS
myhostname = $MAIL_NAME
inet_interfaces = $ADDRESS
inet_protocols = ipv4
message_size_limit = 52428800

# Mail for the environment's domains: all of it in one Maildir, one file for each recipient.
virtual_mailbox_domains = $MAIL_DOMAINS
virtual_mailbox_base = $MAIL
virtual_mailbox_maps = static:inbox/
virtual_mailbox_limit = 0
virtual_destination_recipient_limit = 1
virtual_uid_maps = static:$(id -u mail)
virtual_gid_maps = static:$(id -g mail)
virtual_minimum_uid = 1

# Nothing else: no local mail, and nothing that leaves.
mydestination =
local_recipient_maps =
alias_maps =
local_transport = error:5.7.1 this server keeps mail of a staging environment only
default_transport = error:5.7.1 this server sends no mail
notify_classes =

# TLS, then AUTH, from the relays alone.
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_tls_cert_file = $CONFIG/tls/server.crt
smtpd_tls_key_file = $CONFIG/tls/server.key
smtpd_tls_received_header = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
cyrus_sasl_config_path = $CONFIG/sasl
smtpd_sasl_local_domain = $MAIL_NAME
smtpd_sasl_security_options = noanonymous
smtpd_client_restrictions = check_client_access cidr:$CONFIG/relay_networks, reject
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_helo_required = yes
disable_vrfy_command = yes
END
}

# The services that this needs; none is in a chroot, and none delivers to other servers.
write_master() {
  local address=$PORT
  [ -z "$FOLDER" ] || address=$ADDRESS:$PORT
  cat >"$CONFIG/master.cf" <<END
$address inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
END
}

start() {
  postfix -c "$CONFIG" check
  if [ -z "$FOLDER" ]; then
    systemctl enable postfix
    systemctl restart postfix
  elif postfix -c "$CONFIG" status 2>"$LOGS/status.log"; then
    postfix -c "$CONFIG" reload
  else
    setsid postfix -c "$CONFIG" start
  fi
}

check_settings
STEP='install Postfix'
install_packages
STEP='make the folders'
make_folders
STEP='make a certificate'
make_certificate
STEP='read the secret of the relay'
write_password
STEP='write the configuration'
write_networks
write_main
write_master
STEP='start Postfix'
start
