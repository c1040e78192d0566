#!/usr/bin/env bash
# Flask: Dockerfile, build, run
# The commands of this lab, as they were run on 23 November 2026.
set -eo pipefail
mkdir -p ~/docker-labs/04-flask
cd ~/docker-labs/04-flask

mkdir -p ~/docker-labs/04-flask && cd ~/docker-labs/04-flask
cat > app.py <<'PY'
from flask import Flask

app = Flask(__name__)

@app.get('/')
def home():
    return 'Hello from Flask in Docker!'

if __name__ == '__main__':
    app.run(host='0.0.0.0', port=5000)
PY
cat > requirements.txt <<'REQ'
Flask==3.0.3
REQ

ls

cat > Dockerfile <<'EOF'
# 1) Choose a base image that already has Python
FROM python:3.12-slim
# 2) Set a working directory inside the image
WORKDIR /app
# 3) Copy only requirements first to leverage Docker layer caching
COPY requirements.txt ./
# 4) Install Python dependencies (no cache to reduce layer size)
RUN pip install --no-cache-dir -r requirements.txt
# 5) Copy the application source code
COPY app.py ./
# 6) Expose the port your app listens on (documentation only)
EXPOSE 5000
# 7) Default process to run when the container starts
CMD ["python", "app.py"]
EOF

docker build -t flask-app:1.0 .

docker run -d --name flask -p 5000:5000 flask-app:1.0
sleep 1

curl http://localhost:5000

set +e
curl -fsS http://localhost:5000/none
set -e

cat > Dockerfile.alpine <<'EOF'
FROM python:3.12-alpine
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY app.py ./
EXPOSE 5000
CMD ["python", "app.py"]
EOF

patch app.py <<'EOF'
--- a/app.py
+++ b/app.py
@@ -5,3 +5,3 @@
 @app.get('/')
 def home():
-    return 'Hello from Flask in Docker!'
+    return 'Hello from Flask on Alpine!'
EOF

docker build -q -f Dockerfile.alpine -t flask-app:alpine .
docker images --format 'table {{.Repository}}\t{{.Tag}}'

docker tag flask-app:1.0 student/flask-app:1.0
