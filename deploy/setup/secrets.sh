#!/bin/sh
# Makes what a cluster needs to trust itself: `secrets.sh FOLDER AUTHORITY [VOLUME...]`. What is there already stays as
# it is. The key of the certificate authority goes into a folder of its own, which no service gets to see. The volumes are
# given to the user that the services run as.
set -eu
folder=${1:-/secrets}
authority=${2:-/authority}
owner=1000:1000
umask 077
mkdir -p "$folder" "$authority"
cd "$folder"

if [ ! -f "$authority/ca.key" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj '/CN=Petri cluster CA' -keyout "$authority/ca.key" -out ca.pem 2>/dev/null
fi

# issue NAME ALTERNATIVE-NAMES
issue() {
  [ -f "$1.pem" ] && return
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  printf 'subjectAltName=%s\n' "$2" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey "$authority/ca.key" -CAserial "$authority/ca.srl" -CAcreateserial -days 825 -extfile "$1.ext" -out "$1.pem" 2>/dev/null
  rm -f "$1.csr" "$1.ext"
}

issue node DNS:node,DNS:localhost,IP:127.0.0.1
issue nats DNS:nats,DNS:localhost,IP:127.0.0.1

random() { openssl rand -hex 24; }

# token ROLE: the token itself, for people, beside the list of all, for the nodes
token() {
  [ -f "$1.token" ] && return
  random >"$1.token"
  printf '%s %s %s\n' "$1" "$(cat "$1.token")" "$1" >>tokens
}

token reader
token operator
token admin

# Passwords of NATS, and the key that migrants are signed with.
for name in nats-node.password migrants.key; do
  [ -f "$name" ] || random >"$name"
done

cat >nats-users.conf <<CONF
users = [
  { user: node, password: "$(cat nats-node.password)"
    permissions: {
      publish: ["petri.>", "\$KV.>", "\$JS.API.>", "\$JS.ACK.>", "\$JS.FC.>"]
      subscribe: ["petri.>", "_INBOX.>"]
    } }
]
CONF

chown -R "$owner" .
shift 2
for volume in "$@"; do chown "$owner" "$volume"; done
chmod 0444 ca.pem
echo "secrets are in $folder: $(ls | tr '\n' ' ')"
