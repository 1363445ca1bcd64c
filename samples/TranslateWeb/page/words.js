// Tokens put together to words.

/** Each word has its text, with the space before it, and the mean of its tokens' attention. */
export function joinWords({ targetTokens, weights }) {
    const result = [];
    targetTokens.forEach((token, i) => {
        if (token === "<eos>" && i === targetTokens.length - 1) {
            return;
        }

        const word = result.at(-1);
        const isInside = word && /^[\p{L}\p{N}'’]/u.test(token) && /[\p{L}\p{N}'’]$/u.test(word.text);
        if (isInside || token === "") {
            if (word) {
                word.text += token;
                word.rows.push(weights[i]);
            }
        } else {
            result.push({ text: token, rows: [weights[i]] });
        }
    });
    return result.map(({ text, rows }) => ({ text, attention: rows[0].map((_, column) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length) }));
}

export function percent(weight) {
    return `${Math.round(100 * weight)} %`;
}
