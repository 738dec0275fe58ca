# One image for every worker, the codec server and the command line: docker build -t amalur .
FROM node:22-bookworm AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends g++ python3 python3-pip unzip \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/amalur
ENV AMALUR_CACHE=/opt/amalur-cache
COPY . .
RUN npm run setup

FROM node:22-bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
# The calibration of the host is written into the cache.
COPY --from=build --chown=node:node /opt/amalur-cache /opt/amalur-cache
COPY --from=build /opt/amalur /opt/amalur
RUN mkdir -p /var/lib/amalur /etc/amalur && chown node:node /var/lib/amalur
ENV NODE_ENV=production AMALUR_CACHE=/opt/amalur-cache AMALUR_LOG_FORMAT=json AMALUR_HEALTH_PORT=8080 TF_CPP_MIN_LOG_LEVEL=2
USER node
WORKDIR /var/lib/amalur
# A worker that is not ready mends itself; one that does not answer is to be looked at.
HEALTHCHECK --interval=15s --timeout=6s --start-period=60s --retries=4 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/amalur/dist/client/cli/main.js"]
