#!/bin/sh
# Makes the namespace and the search attributes that every run sets. May be repeated.
set -eu
until temporal operator cluster health; do sleep 1; done
temporal operator namespace describe --namespace default \
  || temporal operator namespace create --namespace default --retention 720h
# A namespace is known a moment after it is made.
tries=0
until temporal operator search-attribute create --namespace default \
  --name Model --type Keyword --name Strategy --type Keyword --name RunPhase --type Keyword \
  --name Silos --type KeywordList --name BestMetric --type Double --name Round --type Int; do
  tries=$((tries + 1))
  [ "$tries" -lt 30 ] || exit 1
  sleep 1
done
