# Docker Engine 26.1, of Debian's packages. It keeps images with overlay2.
FROM debian:trixie-slim

# docker-buildx has to be there: without it `docker build` falls back to the
# legacy builder without a word.
RUN set -eu; \
    printf 'Acquire::Check-Valid-Until "false";\nAcquire::Retries "3";\n' > /etc/apt/apt.conf.d/80handbook; \
    apt-get update; \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        docker-buildx \
        docker-cli \
        docker-compose \
        docker.io; \
    rm -rf /var/lib/apt/lists/*
