# syntax=docker/dockerfile:1
# `make lock-image` pins the digest of this tag.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_QUIET=1
COPY requirements requirements
RUN python -m venv --without-pip /opt/ledgersim \
    && pip install --no-deps --require-hashes --requirement requirements/build.txt \
    && pip --python /opt/ledgersim/bin/python install --no-compile --no-deps --require-hashes --requirement requirements/run.txt
COPY . .
ARG SOURCE_DATE_EPOCH=0
# Bytecode is not compared with its source again: files of an image do not change, and equal sources give equal bytes.
# The translated names of countries take 22 MB, and the server reads none of them.
RUN pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && pip --python /opt/ledgersim/bin/python install --no-compile --no-deps dist/*.whl \
    && rm -r /opt/ledgersim/lib/python*/site-packages/pycountry/locales \
    && python -m compileall -q --invalidation-mode unchecked-hash /opt/ledgersim/lib

FROM ${BASE}
ARG VERSION=unreleased REVISION=unknown
LABEL org.opencontainers.image.title="ledgersim" \
      org.opencontainers.image.description="A stateful offline simulator of the Aptic, PayEx and Riverty REST APIs" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/ledgersim /opt/ledgersim
ENV PATH="/opt/ledgersim/bin:$PATH" LEDGERSIM_HOST=0.0.0.0 LEDGERSIM_CACHE=/var/cache/ledgersim
# The base image has no bytecode of the standard library, and a user who cannot write there would compile it at every
# start. /data and the built worlds belong to group 0, in which platforms such as OpenShift run any user.
RUN python -m compileall -q --invalidation-mode unchecked-hash \
        "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
    && mkdir /data \
    && ledgersim build-world \
    && chmod -R g=u /data /var/cache/ledgersim
USER 10001:0
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --start-interval=1s CMD ["ledgersim", "health"]
# Arguments are options of serve, or another command such as `health`.
ENTRYPOINT ["ledgersim"]
CMD ["serve"]
