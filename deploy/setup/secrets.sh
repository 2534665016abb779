#!/bin/sh
# Makes what a cluster needs to trust itself: `secrets.sh FOLDER NATS AUTHORITY [VOLUME...]`. What is there already stays as
# it is. What NATS alone may know and the key of the certificate authority, which no service gets to see, go into folders of
# their own. The folders and volumes but the authority's are given to the user that the services run as. Certificates are for
# the services' names and, where DOMAINS has some, for those in each of these domains: itself, and whoever is below it.
set -eu
folder=$1
nats=$2
authority=$3
shift 3
owner=1000:1000
umask 077
mkdir -p "$folder" "$nats" "$authority"
cd "$folder"

if [ ! -f "$authority/ca.key" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj '/CN=Petri cluster CA' -keyout "$authority/ca.key" -out ca.pem 2>/dev/null
fi

# issue NAME ALTERNATIVE-NAMES
issue() {
  [ -f "$1.pem" ] && return 0
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  printf 'subjectAltName=%s\n' "$2" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey "$authority/ca.key" -CAserial "$authority/ca.srl" -CAcreateserial -days 825 -extfile "$1.ext" -out "$1.pem" 2>/dev/null
  rm -f "$1.csr" "$1.ext"
}

# names SERVICE
names() {
  printf 'DNS:%s,DNS:localhost,IP:127.0.0.1' "$1"
  for domain in ${DOMAINS:-}; do printf ',DNS:%s.%s,DNS:*.%s.%s' "$1" "$domain" "$1" "$domain"; done
}

issue node "$(names node)"
issue coordinator "$(names coordinator)"
cp ca.pem "$nats"
(cd "$nats" && issue nats "$(names nats)")

random() { openssl rand -hex 24; }

# token ROLE: the token itself, for people, beside the list of all, for the nodes
token() {
  [ -f "$1.token" ] && return 0
  random >"$1.token"
  printf '%s %s %s\n' "$1" "$(cat "$1.token")" "$1" >>tokens
}

token reader
token operator
token admin

# What migrants are signed with.
[ -f migrants.key ] || random >migrants.key

chmod 0444 ca.pem "$nats/ca.pem"
if [ "$(id -u)" = 0 ]; then chown -R "$owner" "$folder" "$nats" "$@"; fi
echo "secrets are in $folder: $(ls | tr '\n' ' ')"
