FROM python:3.13-slim AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv --without-pip /opt/ledgersim
COPY requirements requirements
RUN pip install --no-deps --require-hashes --requirement requirements/build.txt
RUN pip --python /opt/ledgersim/bin/python install --no-deps --require-hashes --requirement requirements/run.txt
COPY . .
RUN pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && pip --python /opt/ledgersim/bin/python install --no-deps dist/*.whl

FROM python:3.13-slim
COPY --from=build /opt/ledgersim /opt/ledgersim
ENV PATH="/opt/ledgersim/bin:$PATH" LEDGERSIM_HOST=0.0.0.0 LEDGERSIM_CACHE=/var/cache/ledgersim
# The base image has no bytecode of the standard library, and a user who cannot write there would compile it at every
# start. /data and the built worlds belong to group 0, in which platforms such as OpenShift run any user.
RUN python -m compileall -q "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
    && mkdir /data \
    && ledgersim build-world \
    && chmod -R g=u /data /var/cache/ledgersim
USER 10001:0
WORKDIR /data
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["ledgersim", "health"]
# Arguments are options of serve, or another command such as `health`.
ENTRYPOINT ["ledgersim"]
CMD ["serve"]
