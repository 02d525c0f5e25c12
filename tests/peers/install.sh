# What the scripts of this folder install with; sourced, from the root of the repository.

readonly here=tests/peers TARGET=${CARGO_TARGET_DIR:-target}

apt_install() {
  local root=
  [ "$(id -u)" -eq 0 ] || root=sudo
  $root apt-get update -qq
  $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# if_changed FILE MARK COMMAND...: runs the command unless MARK is a copy of FILE. What is there may
# be of another lock file, or of an installation that was cut short.
if_changed() {
  cmp -s "$1" "$2" && return
  "${@:3}"
  cp "$1" "$2"
}

npm_packages() {
  if_changed "$here/$1/package-lock.json" "$here/$1/node_modules/.installed" \
    npm --prefix "$here/$1" ci --ignore-scripts --no-audit --no-fund
}

new_enough() {
  "$1" -e 'const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 11) ? 0 : 1)'
}

# Debian's may be too old for the official client, which asks for 20.11.
node_to_use() {
  command -v npm >/dev/null || apt_install nodejs npm
  node=$(command -v node)
  new_enough "$node" && return
  npm_packages node
  node=$(echo "$here"/node/node_modules/node-linux-*/bin/node)
  new_enough "$node"
}

fresh_venv() {
  rm -rf "$2"
  python3 -m venv "$2"
  "$2/bin/pip" install --quiet --require-hashes -r "$1"
}

# python_packages REQUIREMENTS VENV: what is pinned there, in a virtual environment of its own.
python_packages() {
  python3 -c 'import ensurepip, tomllib, venv' 2>/dev/null || apt_install python3 python3-venv
  mkdir -p "$(dirname "$2")"
  if_changed "$1" "$2/.installed" fresh_venv "$1" "$2"
}
