namespace KernelGen.Text;

/// <summary>
/// The tokens of words that were merged before and that a <see cref="WordTable"/> has no room for. It is filled once and then stays, so that any number of
/// threads read it without a lock, and a warm tokenizer allocates nothing.
/// </summary>
internal sealed class WordCache
{
    /// <summary>The most words; with a hundred bytes and some for each, less than 2 MB.</summary>
    private const int Slots = 1 << 14;

    private const int Probes = 4;

    private readonly Word?[] _words = new Word?[Slots];

    /// <summary>Appends the tokens of a word, if they are known.</summary>
    /// <param name="hash">A hash of the word.</param>
    /// <param name="word">The word.</param>
    /// <param name="start">Where it starts in its text.</param>
    /// <param name="workspace">Takes the tokens.</param>
    public bool TryGet(uint hash, ReadOnlySpan<byte> word, int start, Workspace workspace)
    {
        for (uint slot = hash; slot != hash + Probes; slot++)
        {
            if (_words[slot % Slots] is not { } known)
            {
                return false;
            }

            if (known.Hash == hash && word.SequenceEqual(known.Bytes))
            {
                workspace.Add(known.Tokens, known.Ends, start);
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

            byte[] ends = new byte[workspace.Count - first];
            int from = start;
            for (int i = 0; i < ends.Length; i++)
            {
                if (workspace.StartOf(first + i) != from)
                {
                    return;
                }

                from = workspace.EndOf(first + i);
                ends[i] = (byte)(from - start);
            }

            if (from == end)
            {
                // Whoever comes first keeps the slot: the word of a second thread is found another time.
                Interlocked.CompareExchange(ref _words[slot % Slots], new Word(hash, text[start..end].ToArray(), workspace.Tokens[first..].ToArray(), ends), null);
            }

            return;
        }
    }

    private sealed record Word(uint Hash, byte[] Bytes, int[] Tokens, byte[] Ends);
}
