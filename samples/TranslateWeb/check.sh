#!/usr/bin/env bash
# Checks a built TranslateWeb from outside, as a client meets it.
#
#     samples/TranslateWeb/check.sh path/to/TranslateWeb

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 path/to/TranslateWeb" >&2
    exit 2
fi

program=$1
. "$(dirname "$0")/../Web/checks.sh"

json=(-H 'Content-Type: application/json')
serve 10 "$program" --urls=http://127.0.0.1:0
check 'it listens' [ -n "$address" ]

check 'health' request 200 /health
check 'health: ok' holds '"status":"ok"'
check 'as LibreTranslate' request 200 /translate "${json[@]}" -d '{"q": "狗追猫。", "source": "zh", "target": "en"}'
check 'as LibreTranslate: the translation' holds '{"translatedText":"The dog chases the cat."}'
check 'as LibreTranslate, a form' request 200 /translate -d q=狗追猫。 -d q=猫追狗。 -d source=auto -d target=en -d alternatives=1
check 'as LibreTranslate, a form: all of it' holds '"detectedLanguage":[{"confidence":100,"language":"zh"}'
check 'as LibreTranslate, another language' request 400 /translate -d q=x -d source=fr -d target=en
check 'as LibreTranslate, another language: the error' holds '"error":"'
check 'as LibreTranslate, HTML' request 200 /translate -d q='<p>狗追猫。</p>' -d source=zh -d target=en -d format=html
check 'as LibreTranslate, HTML: tags stay' holds '{"translatedText":"<p>The dog chases the cat.</p>"}'
check 'as LibreTranslate, the language' request 200 /detect -d q=狗追猫。ab
check 'as LibreTranslate, the language: how sure' holds '[{"confidence":60,"language":"zh"}]'
check 'languages' request 200 /languages
check 'languages: Chinese' holds '{"code":"zh","name":"Chinese","targets":["en"]}'
check 'settings of a page' request 200 /frontend/settings
check 'settings of a page: no key' holds '"keyRequired":false'
check 'translations' request 200 /translations "${json[@]}" -d '{"texts": ["狗追猫。", "猫追狗。"]}'
check 'translations: the first' holds '"text":"The dog chases the cat."'
check 'translations: the second' holds '"text":"The cat chases the dog."'
check 'two sentences in one text' request 200 /translations "${json[@]}" -d '{"texts": ["狗追猫。猫追狗。"]}'
check 'two sentences in one text: both are there' holds '"text":"The dog chases the cat. The cat chases the dog."'
check 'an unknown character' request 200 /translations "${json[@]}" -d '{"texts": ["狗追龘。"]}'
check 'an unknown character: it is named' holds '"unknown":[{"text":"龘","start":2}]'
check 'beam and attention' request 200 /translations "${json[@]}" -d '{"texts": ["狗追猫。"], "beam": 4, "nBest": 2, "attention": true}'
check 'beam and attention: score' holds '"score":-'
check 'beam and attention: weights' holds '"sourceTokens":["狗","追","猫","。"]'
check 'stream' request 200 '/translate/stream?text=%E7%8B%97%E8%BF%BD%E7%8C%AB%E3%80%82'
check 'stream: a token' holds 'event: token'
check 'stream: the end' holds '"text":"The dog chases the cat."'
check 'stream from a body' request 200 /translate/stream "${json[@]}" -d '{"text": "猫追狗。"}'
check 'stream from a body: the end' holds '"text":"The cat chases the dog."'
check 'an empty text' request 400 /translations "${json[@]}" -d '{"texts": [""]}'
check 'an empty text: it is named' holds 'texts[0]'
check 'broken JSON' request 400 /translations "${json[@]}" -d '{"texts"'
check 'broken JSON: the place' holds 'line 1'
check 'an unknown field' request 400 /translations "${json[@]}" -d '{"texts": ["狗"], "beem": 2}'
check 'an address that is not there' request 404 /nowhere
check 'OpenAPI' request 200 /openapi/v1.json
check 'OpenAPI: the endpoints' holds '"/translate/stream"'
check 'another character encoding' request 415 /translations -H 'Content-Type: application/json; charset=bogus' -d '{"texts": ["狗"]}'
check 'too much work' request 400 /translations "${json[@]}" -d "{\"texts\": [$(printf '"狗追猫。",%.0s' {1..31})\"狗\"], \"beam\": 8, \"nBest\": 8, \"attention\": true}"
check 'too much work: how much' holds 'of at most 4096'
check 'another host' request 400 /health -H 'Host: rebound.example'
check 'HEAD' request 200 / --head
check 'an answer is what it says it is' grep -qi '^x-content-type-options: nosniff' "$folder/answer"
check 'the page' request 200 /
check 'the page: it is whole' holds 'data-max-characters="1024"'

stop
check 'it ends when it is asked to' [ "$code" -eq 0 ]

"$program" --Translate:Concurrency=0 >"$folder/answer" 2>&1
check 'a wrong setting: exit code' [ $? -eq 1 ]
check 'a wrong setting: it is named' holds 'TranslateWeb: the setting Translate:Concurrency is 0'

finish
