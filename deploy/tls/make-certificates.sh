#!/bin/sh
# Makes an authority, the certificate of a Temporal server, and one for each of its clients, with OpenSSL:
#   make-certificates.sh FOLDER SERVER-NAMES CLIENT…
#   make-certificates.sh deploy/secrets/tls temporal,localhost,127.0.0.1 control aggregator shop crm warehouse
# What is there already stays: call it again with a new client, or remove a .pem to have it made anew.
# Servers get ca.pem, server.pem and server.key; a client ca.pem and its own pair. ca.key signs: keep it off these hosts.
set -eu
umask 077
[ $# -ge 2 ] || { sed -n '2,4p' "$0" >&2; exit 2; }
folder=$1 names=$2
shift 2
mkdir -p "$folder"
cd "$folder"
settings=$(mktemp)
trap 'rm -f "$settings" ./*.csr' EXIT

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

# NAME USAGE [SUBJECT-ALT-NAMES]
signed() {
  [ ! -e "$1.pem" ] || return 0
  {
    printf '[req]\ndistinguished_name = subject\nprompt = no\n[subject]\nCN = %s\n' "$1"
    # A leaf that could sign others is refused.
    printf '[leaf]\nbasicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = %s\nsubjectAltName = %s\n' "$2" "$3"
  } > "$settings"
  key "$1.key"
  openssl req -new -config "$settings" -key "$1.key" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 397 -sha256 \
    -extfile "$settings" -extensions leaf -out "$1.pem"
}

if [ ! -e ca.pem ]; then
  printf '[req]\ndistinguished_name = subject\nprompt = no\n[subject]\nCN = Amalur authority\n[authority]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign\nsubjectKeyIdentifier = hash\n' > "$settings"
  key ca.key
  openssl req -x509 -new -config "$settings" -extensions authority -key ca.key -days 3650 -sha256 -out ca.pem
fi

alternatives=
for name in $(printf '%s' "$names" | tr ',' ' '); do
  case $name in
    *[!0-9.]*) kind=DNS ;;
    *) kind=IP ;;
  esac
  alternatives="${alternatives:+$alternatives,}$kind:$name"
done
# The parts of a Temporal server show this certificate to each other, too.
signed server serverAuth,clientAuth "$alternatives"
for client in "$@"; do signed "$client" clientAuth "DNS:$client"; done
