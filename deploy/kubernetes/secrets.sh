#!/bin/sh
# Makes what a cluster on Kubernetes needs to trust itself: `sh deploy/kubernetes/secrets.sh FOLDER [NODES] [COORDINATORS]`, then
# `kubectl apply --server-side -k FOLDER`. Identities are for so many nodes and coordinators (10 and 2); asked for more, it makes
# the missing ones, and what is there already stays as it is. The namespace is NAMESPACE, or petri. Keep the folder where nobody
# else reads it: whoever has it can make identities. What the cluster need not know stays there.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
nodes=${2:-10}
coordinators=${3:-2}
namespace=${NAMESPACE:-petri}
umask 077
node=$root/node_modules/.bin/node
[ -x "$node" ] || node=node

DOMAINS="$namespace $namespace.svc $namespace.svc.cluster.local" sh "$root/deploy/setup/secrets.sh" "$folder/services" "$folder/nats" "$folder/authority"

# numbered NAME COUNT: NAME-0, NAME-1 and so on, as a StatefulSet names its pods
numbered() { number=0; while [ "$number" -lt "$2" ]; do echo "$1-$number"; number=$((number + 1)); done; }

# identities ROLE COUNT
identities() {
  missing=''
  for name in $(numbered "$1" "$2"); do
    [ -f "$folder/$1-identities/$name.creds" ] || missing="$missing $1:$name"
  done
  mkdir -p "$folder/accounts"
  # shellcheck disable=SC2086 # names, without blanks
  "$node" "$root/services/authority/src/main.ts" issue --keys "$folder/authority" --server "$folder/accounts/accounts.conf" --out "$folder/$1-identities" $missing
}
identities node "$nodes"
identities coordinator "$coordinators"

# generated NAME FILE...
generated() {
  printf '  - name: %s\n    files:\n' "$1"
  shift
  for file in "$@"; do printf '      - %s\n' "$file"; done
}
# all ROLE: of its identities
all() { (cd "$folder" && ls "$1-identities"/*.creds); }
{
  echo '# Made by deploy/kubernetes/secrets.sh.'
  echo 'apiVersion: kustomize.config.k8s.io/v1beta1'
  echo 'kind: Kustomization'
  echo "namespace: $namespace"
  echo 'generatorOptions: { disableNameSuffixHash: true }'
  echo 'secretGenerator:'
  generated node services/ca.pem services/node.pem services/node.key services/tokens services/migrants.key
  generated coordinator services/ca.pem services/coordinator.pem services/coordinator.key services/tokens
  generated nats nats/ca.pem nats/nats.pem nats/nats.key
  # shellcheck disable=SC2046 # names, without blanks
  generated node-identities $(all node)
  # shellcheck disable=SC2046
  generated coordinator-identities $(all coordinator)
  echo 'configMapGenerator:'
  generated nats-accounts accounts/accounts.conf
} >"$folder/kustomization.yaml"
echo "now: kubectl apply --server-side -k $folder"
