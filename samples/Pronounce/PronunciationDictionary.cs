namespace KernelGen.Samples.Pronounce;

/// <summary>Words with their pronunciations, as a part of the CMU Pronouncing Dictionary has them: a word may stand on several lines.</summary>
internal sealed class PronunciationDictionary
{
    private PronunciationDictionary(List<(string Word, string Pronunciation)> lines)
    {
        Lines = lines;
        foreach ((string word, string pronunciation) in lines)
        {
            if (!Pronunciations.TryGetValue(word, out List<string>? all))
            {
                Pronunciations.Add(word, all = []);
            }

            all.Add(pronunciation);
        }
    }

    /// <summary>Every line.</summary>
    public IReadOnlyList<(string Word, string Pronunciation)> Lines { get; }

    /// <summary>Every word once, with all its pronunciations, in the order of the file.</summary>
    public Dictionary<string, List<string>> Pronunciations { get; } = [];

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path; a line is a word, a tab, and phonemes with spaces between them.</param>
    /// <exception cref="FormatException">A line is not so.</exception>
    public static PronunciationDictionary Read(string path)
    {
        List<(string Word, string Pronunciation)> lines = [];
        foreach (string line in File.ReadLines(path))
        {
            string[] columns = line.Split('\t');
            if (columns.Length != 2 || columns[0].Length == 0 || columns[1].Length == 0)
            {
                throw new FormatException($"line {lines.Count + 1} of {path} is not a word, a tab and phonemes");
            }

            lines.Add((columns[0], columns[1]));
        }

        return new PronunciationDictionary(lines);
    }

    /// <summary>A dictionary of some lines.</summary>
    public static PronunciationDictionary Of(IEnumerable<(string Word, string Pronunciation)> lines) => new([.. lines]);
}
