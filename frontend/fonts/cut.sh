#!/bin/sh
# Makes the typeface of this folder anew: Atkinson Hyperlegible Next, from npm, cut to what the
# pages need. Needs npm and Python 3; nothing is installed outside a temporary folder.
#
# Kept: Basic Latin, the letters of Latin-1, the quotes, dashes and signs of our own words; weights 400 to 700;
# kerning and figures of one width. Other letters fall to the system's faces; arrows are icons.
# The name carries the first 16 digits of the content's SHA-256, so that the server lets browsers
# keep it for ever; a test compares the two.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

package=@fontsource-variable/atkinson-hyperlegible-next
(cd "$work" && npm pack --silent "$package@5.3.0" >/dev/null && tar xzf ./*.tgz)
python3 -m venv "$work/python"
"$work/python/bin/pip" --quiet --disable-pip-version-check install fonttools==4.68.0 brotli==1.2.1

source=$work/package/files/atkinson-hyperlegible-next-latin-wght-normal.woff2
"$work/python/bin/fonttools" varLib.instancer "$source" wght=400:700 \
    --no-recalc-timestamp --output "$work/weights.ttf"
"$work/python/bin/pyftsubset" "$work/weights.ttf" \
    --unicodes=U+20-7E,U+A0,U+A7,U+A9,U+AB,U+B7,U+BB,U+C0-FF,U+152-153,U+2013-2014,U+2018-2019,U+201C-201D,U+2026,U+2212 \
    --layout-features=kern,tnum --no-hinting --desubroutinize --name-IDs=0,1,2,5,13,14 \
    --no-recalc-timestamp --flavor=woff2 --output-file="$work/cut.woff2"

hash=$(sha256sum "$work/cut.woff2" | cut -c1-16)
rm -f atkinson-*.woff2
cp "$work/cut.woff2" "atkinson-$hash.woff2"
cp "$work/package/LICENSE" OFL.txt
echo "atkinson-$hash.woff2: name it in index.html and frontend/styles/tokens.css"
