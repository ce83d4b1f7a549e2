# docker build --tag yieldscope .
# docker run --read-only --tmpfs /tmp --volume traces:/data --publish 127.0.0.1:8000:8000 yieldscope

FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
# There is no Node.js here: the build of the package fetches one for itself and leaves it behind.
RUN python -m venv /opt/yieldscope \
    && /opt/yieldscope/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.13-slim
# Without libseccomp nothing is served; what else confines a run the kernel has, see README, "Security".
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libseccomp2 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin yieldscope \
    && install --directory --owner yieldscope --mode 0700 /data
COPY --from=build /opt/yieldscope /opt/yieldscope
ENV PATH=/opt/yieldscope/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    YIELDSCOPE_DATA=/data \
    YIELDSCOPE_HOST=0.0.0.0 \
    YIELDSCOPE_PORT=8000
USER yieldscope
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['YIELDSCOPE_PORT']}/health\", timeout=4)"]
CMD ["yieldscope", "serve"]
