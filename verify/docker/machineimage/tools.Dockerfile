
# The computer of a reader who has just installed Docker has the usual tools
# beside it.
#
# A site may bring machines of its own (machine.dockerfile, and machine.engines,
# in handbook.yaml). What such an image needs: bash, mount, dockerd, docker,
# iptables and curl in PATH, and docker-registry, in which handbook's own mirror
# runs; for labs that use the stand-in for Docker Hub nginx too. Entry point, user
# and command are set by handbook.
RUN set -eu; \
    apt-get update; \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        bash \
        bash-completion \
        ca-certificates \
        curl \
        docker-registry \
        file \
        git \
        iproute2 \
        iptables \
        iputils-ping \
        jq \
        less \
        make \
        nano \
        nginx \
        openssh-client \
        procps \
        sudo \
        tree \
        unzip \
        util-linux \
        wget \
        xz-utils; \
    rm -rf /var/lib/apt/lists/*
