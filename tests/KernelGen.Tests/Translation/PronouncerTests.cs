#if SHARED_G2P
using System.Text.Json;
using KernelGen.Tests.Declarations;
#endif

namespace KernelGen.Tests.Translation;

/// <summary>A BART checkpoint of other people's, declared by its config.json: how 400 English words are pronounced.</summary>
public sealed class PronouncerTests
{
    public static TheoryData<InstructionSet> Cases => [.. Enum.GetValues<InstructionSet>()];

#if SHARED_G2P
    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_word_is_pronounced_as_by_the_reference(InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        string weights = SharedFolder.Require("models/g2p-en-us/model.safetensors");
        using var configuration = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require("models/g2p-en-us/config.json")));
        string graphemes = configuration.RootElement.GetProperty("grapheme_chars").GetString()!;
        string phonemes = configuration.RootElement.GetProperty("phoneme_chars").GetString()!;
        const int Begin = 1;
        const int End = 2;
        const int Unknown = 3;

        using var model = Pronouncer.Load(weights, new ModelLoadOptions { InstructionSet = instructionSet });
        int words = 0;
        foreach (string line in File.ReadLines(SharedFolder.Require("models/g2p-en-us/words.tsv")).Where(static line => !line.StartsWith('#')))
        {
            string[] columns = line.Split('\t');
            IEnumerable<int> letters = columns[0].Select(letter => graphemes.IndexOf(letter, StringComparison.Ordinal) is >= 0 and int index ? index : Unknown);
            IReadOnlyList<int> tokens = model.Generate([Begin, .. letters, End]).Hypotheses[0].Tokens;
            Assert.Equal(columns[2], string.Concat(tokens.Where(static token => token > Unknown).Select(token => phonemes[token])));
            words++;
        }

        Assert.Equal(400, words);
    }

    [Fact]
    public void Configuration_file_is_read_as_declared()
    {
        Assert.Equal(Architecture.Bart, Pronouncer.Description.Architecture);
        Assert.Equal(128, Pronouncer.Description.ModelDimension);
        Assert.Equal(1024, Pronouncer.Description.FeedForwardDimension);
        Assert.Equal((1, 2, 0), (Pronouncer.Description.StartToken, Pronouncer.Description.EndToken, Pronouncer.Description.PadToken));
        Assert.Equal((64, 64), (Pronouncer.Description.MaxSourceLength, Pronouncer.Description.MaxTargetLength));
    }
#else
    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_word_is_pronounced_as_by_the_reference(InstructionSet instructionSet) =>
        Assert.Skip($"shared/models/g2p-en-us was not beside the repository when the tests were compiled ({instructionSet}): it is other people's work and not part of it.");
#endif
}
