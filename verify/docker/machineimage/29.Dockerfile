# Docker Engine 29, as Docker ships it: the programs of its own image, with
# Debian's tools around them. It keeps images in containerd's store.
FROM docker:29-dind AS docker

FROM debian:forky-slim

# The libraries are for programs that are not linked statically, as those of a
# stand-in for Docker's image are not.
RUN set -eu; \
    printf 'Acquire::Check-Valid-Until "false";\nAcquire::Retries "3";\n' > /etc/apt/apt.conf.d/80handbook; \
    apt-get update; \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        libseccomp2; \
    rm -rf /var/lib/apt/lists/*
COPY --from=docker /usr/local/libexec/docker/cli-plugins /usr/local/libexec/docker/cli-plugins
COPY --from=docker \
    /usr/local/bin/containerd \
    /usr/local/bin/containerd-shim-runc-v2 \
    /usr/local/bin/ctr \
    /usr/local/bin/docker \
    /usr/local/bin/docker-init \
    /usr/local/bin/docker-proxy \
    /usr/local/bin/dockerd \
    /usr/local/bin/runc \
    /usr/local/bin/
