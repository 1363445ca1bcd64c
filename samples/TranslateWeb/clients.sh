#!/usr/bin/env bash
# Has a client that others wrote, the package libretranslate of npm, ask a built TranslateWeb. It takes node, npm and their registry, and is not run in CI.
#
#     samples/TranslateWeb/clients.sh path/to/TranslateWeb

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 path/to/TranslateWeb" >&2
    exit 2
fi

program=$(realpath "$1")
. "$(dirname "$0")/../Web/checks.sh"
serve 10 "$program" --urls=http://127.0.0.1:0

client() { (cd "$folder" && node -e "require('libretranslate').translate({ $1, apiurl: '$address' }).then(text => console.log(JSON.stringify(text)), failure => console.log(failure.message))" >answer 2>&1); }
holds() { grep -qxF -e "$1" "$folder/answer"; }

(cd "$folder" && npm init -y && npm install --silent libretranslate@1.0.1) >"$folder/answer" 2>&1
client "query: '狗追猫。', source: 'zh', target: 'en'"
check 'a text' holds '"The dog chases the cat."'
client "query: ['狗追猫。', '猫追狗。'], target: 'en'"
check 'several texts, of a language that is to be told' holds '["The dog chases the cat.","The cat chases the dog."]'
client "query: 'chien', source: 'fr', target: 'en'"
check 'another language' holds 'This language was not found/does not exist.'
stop
finish
