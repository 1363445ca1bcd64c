using KernelGen.Fuzzing.Mutations;
using KernelGen.Text;

namespace KernelGen.Fuzzing.Targets;

/// <summary>Vocabulary maps of CTranslate2 and lexical shortlists of Marian, and asking them for candidates.</summary>
internal sealed class VocabularyMapTarget : FuzzTarget
{
    private static readonly VocabularyTokenizer Tokens = VocabularyTokenizer.Load(
        "[\"<pad>\",\"<sos>\",\"<eos>\",\"<unk>\",\"a\",\"b\",\"ab\",\"\u00e9\"]"u8, new VocabularyTokenizerOptions { Unit = VocabularyUnit.Word });

    public override string Name => "vocabulary-map";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        "\ta b\na\tb ab\nb a\t\u00e9 a\nab\tab\n"u8.ToArray(),
        "a b 0.5\nb a 0.25\n\u00e9 ab 1e-3\nNULL a 0.1\nab\tab\t1\n"u8.ToArray(),
    ];

    public override byte[] Mutate(Random random, byte[] file) => ByteMutations.Mutate(random, file, Seeds[random.Next(Seeds.Count)]);

    public override bool Run(ReadOnlySpan<byte> file, int variant)
    {
        VocabularyMap map;
        try
        {
            // What stands in the first line tells the forms apart.
            map = (file.IndexOf((byte)'\n') is >= 0 and int end ? file[..end] : file).Contains((byte)'\t')
                ? VocabularyMapFile.ParseCTranslate2(file.ToArray(), FileContents.Unnamed, Tokens, Tokens)
                : VocabularyMapFile.ParseMarian(file.ToArray(), FileContents.Unnamed, Tokens, Tokens, first: variant % 5, best: variant % 3, threshold: 0, isShared: variant % 4 == 1);
        }
        catch (InvalidDataException exception)
        {
            return Refusal.Check(exception, FileContents.Unnamed);
        }

        int[] candidates = map.CandidatesOf([4, 5, 6, 7, 4]);
        for (int i = 0; i < candidates.Length; i++)
        {
            if (candidates[i] < (i == 0 ? 0 : candidates[i - 1] + 1) || candidates[i] >= Tokens.VocabularySize || candidates[i] > map.LargestTarget)
            {
                throw new FindingException($"The candidates are {string.Join(", ", candidates)}; the vocabulary has {Tokens.VocabularySize}, the map names at most {map.LargestTarget}.");
            }
        }

        return true;
    }
}
