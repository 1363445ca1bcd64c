namespace KernelGen.Text;

/// <summary>
/// The tokens of words that were merged before: a text has few words, often. It is filled once and then stays, so that any number of threads read it without a
/// lock, and a warm tokenizer allocates nothing.
/// </summary>
internal sealed class WordCache
{
    /// <summary>The most words; with a hundred bytes and some for each, less than 2 MB.</summary>
    private const int Slots = 1 << 14;

    private const int Probes = 4;

    /// <summary>How a token and where it ends in the word are one number.</summary>
    private const int EndBits = 8;

    private readonly Word?[] _words = new Word?[Slots];

    /// <summary>The greatest token that can be kept.</summary>
    public const int GreatestToken = int.MaxValue >> EndBits;

    /// <summary>Appends the tokens of a word, if they are known.</summary>
    /// <param name="hash">A hash of the word.</param>
    /// <param name="text">The text that the word is in.</param>
    /// <param name="start">Where the word starts in it.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="workspace">Takes the tokens.</param>
    public bool TryGet(uint hash, ReadOnlySpan<byte> text, int start, int end, Workspace workspace)
    {
        ReadOnlySpan<byte> word = text[start..end];
        for (uint slot = hash; slot != hash + Probes; slot++)
        {
            if (_words[slot % Slots] is not { } known)
            {
                return false;
            }

            if (known.Hash == hash && word.SequenceEqual(known.Bytes))
            {
                int from = start;
                foreach (int item in known.Tokens)
                {
                    int to = start + (item & ((1 << EndBits) - 1));
                    workspace.Add(item >> EndBits, from, to);
                    from = to;
                }

                return true;
            }
        }

        return false;
    }

    /// <summary>Keeps the tokens of a word, which are the last ones of a workspace, where there is room.</summary>
    public void Keep(uint hash, ReadOnlySpan<byte> text, int start, int end, Workspace workspace, int first)
    {
        for (uint slot = hash; slot != hash + Probes; slot++)
        {
            if (_words[slot % Slots] is not null)
            {
                continue;
            }

            int[] tokens = new int[workspace.Count - first];
            int from = start;
            for (int i = 0; i < tokens.Length; i++)
            {
                int token = workspace.Tokens[first + i];
                if (workspace.StartOf(first + i) != from || token > GreatestToken)
                {
                    return;
                }

                from = workspace.EndOf(first + i);
                tokens[i] = (token << EndBits) | (from - start);
            }

            if (from == end)
            {
                // Whoever comes first keeps the slot: the word of a second thread is found another time.
                Interlocked.CompareExchange(ref _words[slot % Slots], new Word(hash, text[start..end].ToArray(), tokens), null);
            }

            return;
        }
    }

    private sealed record Word(uint Hash, byte[] Bytes, int[] Tokens);
}
