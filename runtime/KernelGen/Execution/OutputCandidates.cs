using System.Runtime.InteropServices;
using KernelGen.Layout;

namespace KernelGen.Execution;

/// <summary>
/// For each source the target tokens that may come, and their columns of the output projection, side by side in panels of their own. Belongs to a search, whose calls reuse its arrays.
/// </summary>
internal sealed unsafe class OutputCandidates
{
    private Place[] _places = [];
    private ulong[] _marks = [];

    /// <summary>Makes room.</summary>
    public void Begin(int sources)
    {
        if (_places.Length < sources)
        {
            Array.Resize(ref _places, sources);
        }
    }

    /// <summary>A bit for each target token, none of them set.</summary>
    public Span<ulong> Marks(int vocabulary)
    {
        Span<ulong> marks = ReusedArray.Take(ref _marks, TokenMarks.Words(vocabulary));
        marks.Clear();
        return marks;
    }

    /// <summary>Takes the tokens of a source whose bits are set.</summary>
    public void Set(int source, ReadOnlySpan<ulong> marks)
    {
        ref Place place = ref _places[source];
        place.Tokens ??= [];
        place.Count = TokenMarks.Count(marks);
        place.Panels = 0;
        TokenMarks.List(marks, ReusedArray.Take(ref place.Tokens, place.Count));
    }

    /// <summary>The tokens of a source, in ascending order.</summary>
    public ReadOnlySpan<int> Tokens(int source) => _places[source].Tokens.AsSpan(0, _places[source].Count);

    /// <summary>The panels that their columns take; 0 where there are no columns of their own, because nearly all tokens may come.</summary>
    public int Panels(int source) => _places[source].Panels;

    /// <summary>Their columns.</summary>
    public LinearWeights Columns(int source) => _places[source].Columns;

    /// <summary>Copies the columns of a source's tokens.</summary>
    /// <param name="source">The source.</param>
    /// <param name="output">The output projection.</param>
    /// <param name="panels">The panels that the columns take.</param>
    /// <param name="steps">Groups of inputs in a column.</param>
    /// <param name="groupBytes">Bytes of a group in one column: 2 or 4.</param>
    public void Gather(int source, in LinearWeights output, int panels, int steps, int groupBytes)
    {
        const int Alignment = 64;
        ref Place place = ref _places[source];
        int columns = panels * PanelLayout.Width;
        long panelBytes = (long)steps * PanelLayout.Width * groupBytes;
        int floats = columns * sizeof(float);
        long length = (2L * floats) + (panels * panelBytes) + Alignment;
        if (place.Memory is null || place.Memory.Length < length)
        {
            place.Memory = GC.AllocateUninitializedArray<byte>(checked((int)length), pinned: true);
        }

        byte* memory = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(place.Memory, 0);
        memory += (nint)(-(nint)memory & (Alignment - 1));
        var gathered = new LinearWeights((float*)memory, output.Scales == null ? null : (float*)(memory + floats), memory + (2L * floats));
        ReadOnlySpan<int> tokens = Tokens(source);
        byte** columnsOfPanel = stackalloc byte*[PanelLayout.Width];
        for (int panel = 0; panel < panels; panel++)
        {
            for (int lane = 0; lane < PanelLayout.Width; lane++)
            {
                // What is behind the last token is computed and not looked at: it repeats that token.
                int column = (panel * PanelLayout.Width) + lane;
                int token = tokens[Math.Min(column, tokens.Length - 1)];
                gathered.Bias[column] = output.Bias[token];
                if (output.Scales != null)
                {
                    gathered.Scales[column] = output.Scales[token];
                }

                columnsOfPanel[lane] = output.Panels + (token / PanelLayout.Width * panelBytes) + (token % PanelLayout.Width * groupBytes);
            }

            byte* to = gathered.Panels + (panel * panelBytes);
            if (groupBytes == sizeof(int))
            {
                Copy((int*)to, (int**)columnsOfPanel, steps);
            }
            else
            {
                Copy((short*)to, (short**)columnsOfPanel, steps);
            }
        }

        place.Columns = gathered;
        place.Panels = panels;
    }

    /// <summary>Puts the logits of a source's tokens, which stand at the beginning of a row, where they belong, and minus infinity everywhere else.</summary>
    public void Spread(int source, Span<float> row)
    {
        ReadOnlySpan<int> tokens = Tokens(source);
        int end = row.Length;
        for (int i = tokens.Length - 1; i >= 0; i--)
        {
            // No token stands before its place among the candidates, so none is overwritten that is still to be moved.
            int token = tokens[i];
            float logit = row[i];
            row[(token + 1)..end].Fill(float.NegativeInfinity);
            row[token] = logit;
            end = token;
        }

        row[..end].Fill(float.NegativeInfinity);
    }

    /// <summary>Makes the logits of all other tokens minus infinity, where all were computed.</summary>
    public void Mask(int source, Span<float> row)
    {
        int first = 0;
        foreach (int token in Tokens(source))
        {
            row[first..token].Fill(float.NegativeInfinity);
            first = token + 1;
        }

        row[first..].Fill(float.NegativeInfinity);
    }

    private static void Copy<T>(T* to, T** columns, int steps)
        where T : unmanaged
    {
        for (int step = 0; step < steps; step++)
        {
            for (int lane = 0; lane < PanelLayout.Width; lane++)
            {
                to[lane] = columns[lane][step * PanelLayout.Width];
            }

            to += PanelLayout.Width;
        }
    }

    private struct Place
    {
        public int[] Tokens;
        public int Count;
        public int Panels;
        public byte[]? Memory;
        public LinearWeights Columns;
    }
}
