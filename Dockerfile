# One image for every app: `node dist/apps/<app>/src/main.js`. Without a command it is all of Keyward in one process.
FROM node:20-bookworm-slim AS build
WORKDIR /keyward
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --include=dev --no-audit --no-fund
COPY . .
RUN node scripts/prepare.mjs && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:20-bookworm-slim
# What a running Keyward does not use: a package manager is only of use to an intruder.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
    # Volumes that are mounted here begin with these owners.
    && install -d -o node -g node -m 0700 /data /kek
ENV NODE_ENV=production \
    KEYWARD_DATA_DIR=/data \
    KEYWARD_LOG_FORMAT=json \
    KEYWARD_HTTP_HOST=0.0.0.0 \
    KEYWARD_GRPC_HOST=0.0.0.0 \
    KEYWARD_OPERATIONS_HOST=0.0.0.0
WORKDIR /keyward
COPY --from=build /keyward/package.json ./
COPY --from=build /keyward/node_modules node_modules
COPY --from=build /keyward/dist dist
COPY --from=build /keyward/bin bin
COPY --from=build /keyward/deploy/docker deploy/docker
# Also `docker exec api keyward ...`.
RUN ln -s /keyward/bin/keyward.mjs /usr/local/bin/keyward
USER node
EXPOSE 8080 50051
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s CMD ["node", "deploy/docker/healthcheck.mjs", "8080"]
# Node takes the signals itself and ends in order, so it may be process 1.
CMD ["node", "dist/apps/standalone/src/main.js"]
