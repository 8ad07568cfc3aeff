# Guichet in a container: `docker build -t guichet .`, or `--target cuda` for NVIDIA cards.
# What it takes and how it is run: docs/container.md.

# Both bases can be pinned by digest: --build-arg NODE_IMAGE=docker.io/library/node@sha256:…
ARG NODE_VERSION=20.20.2
ARG NODE_IMAGE=docker.io/library/node:${NODE_VERSION}-bookworm-slim
# 13 needs driver 580 or newer and cards of compute capability 8.6 or newer; 12.9.1 takes older ones of both.
ARG CUDA_VERSION=13.0.1
ARG CUDA_IMAGE=docker.io/nvidia/cuda:${CUDA_VERSION}-runtime-ubuntu24.04

# --- The packages: made again only when the lock file changes, because better-sqlite3 is compiled here.
FROM ${NODE_IMAGE} AS packages
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ make python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No package's script is run but that of the one that must be compiled, against the headers of this very Node.
RUN --mount=type=cache,id=guichet-npm,target=/root/.npm \
    npm ci --include=dev --ignore-scripts \
 && npm_config_nodedir=/usr/local npm rebuild better-sqlite3

# --- The product.
FROM packages AS build
COPY . .
RUN node scripts/build.mjs

FROM build AS assembled-cpu
RUN node scripts/assemble.mjs /out

FROM build AS assembled-cuda
ARG CUDA_VERSION
RUN node scripts/assemble.mjs /out --gpu "cuda${CUDA_VERSION%%.*}"

# --- Models to bake in, by their ids in models/manifest.json; none by default.
FROM build AS models
ARG MODELS=""
ARG MODEL_MIRROR=""
RUN --mount=type=cache,id=guichet-models,target=/fetched \
    install -d -m 0770 /models \
 && for model in ${MODELS}; do \
      MODELS_DIR="/fetched/${model}" node dist/src/cli/main.js models fetch "${model}" \
   && cp -a "/fetched/${model}/." /models/ \
   || exit 1; \
    done

# --- What both images have in common.
FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATA_DIR=/data \
    MODELS_DIR=/models \
    SQLITE_TMPDIR=/data
RUN ln -s /app/dist/src/cli/main.js /usr/local/bin/guichet \
 && install -d -o 1000 -g 0 -m 0770 /data /models
COPY --from=models --chown=1000:0 /models /models
VOLUME ["/data", "/models"]
WORKDIR /app
USER 1000
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`, { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "/app/dist/src/main.js"]
ARG VERSION=0.1.0
ARG REVISION=""
LABEL org.opencontainers.image.title="Guichet" \
      org.opencontainers.image.description="A self-hosted, offline support assistant: grounded, cited replies from a company's own documents." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# --- For NVIDIA cards, `--target cuda`: the same, with the two libraries that llama.cpp computes with. The driver's own come
# from the host, by its container toolkit; without one, everything runs on the processor.
FROM ${CUDA_IMAGE} AS cuda-libraries
RUN mkdir /libraries \
 && cp -P /usr/local/cuda/lib64/libcudart.so.* /usr/local/cuda/lib64/libcublas.so.* /usr/local/cuda/lib64/libcublasLt.so.* /libraries/

FROM runtime AS cuda
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=cuda-libraries /libraries /usr/lib/x86_64-linux-gnu
COPY --from=assembled-cuda /out /app

# --- For processors alone: last, and so what `docker build .` makes.
FROM runtime AS cpu
COPY --from=assembled-cpu /out /app
