using KernelGen.Generator.Specification;
using KernelGen.Generator.Specification.Configuration;

namespace KernelGen.Generator.Tests;

/// <summary>Builds specifications without a compiler around them.</summary>
internal static class SpecificationTest
{
    public static readonly DeclaredClass Class = new("", default, "Tiny");

    public static readonly CompilerSettings Compiler = new(AllowsUnsafe: true, CompilerSettings.MinimumLanguageVersion);

    /// <summary>A complete declaration of an architecture.</summary>
    public static Declaration Declare(Architecture architecture) => new(Class, default, (int)architecture, null)
    {
        ModelDimension = architecture == Architecture.Moonshine ? 64 : 8,
        Heads = 2,
        FeedForwardDimension = 16,
        EncoderLayers = 3,
        DecoderLayers = 4,
        VocabularySize = architecture == Architecture.Whisper ? 51865 : 20,
        MaxSourceLength = 5,
        MaxTargetLength = 6,
    };

    /// <summary>A declaration by a configuration file, which <see cref="Build(Declaration, string)"/> is given the text of.</summary>
    public static Declaration DeclareByFile() => new(Class, default, null, "config.json");

    public static SpecificationResult Build(Declaration declaration, string configuration = "{}") => SpecificationBuilder.Build(
        declaration,
        new ConfigurationFiles("/project", new EquatableArray<ConfigurationFile>([ConfigurationFile.Read("/project/config.json", configuration)])),
        Compiler);

    /// <summary>Builds a specification that must come out without any problem.</summary>
    public static ModelSpecification Specify(Declaration declaration, string configuration = "{}")
    {
        SpecificationResult result = Build(declaration, configuration);
        Assert.Empty(result.Problems);
        return Assert.IsType<ModelSpecification>(result.Specification);
    }

    /// <summary>A small configuration of a model type, with further members, or others in the place of its own.</summary>
    public static string Configuration(string modelType, string members = "")
    {
        string[] own =
        [
            $"\"model_type\": \"{modelType}\"", "\"d_model\": 32", "\"vocab_size\": 100", "\"encoder_layers\": 2", "\"decoder_layers\": 3",
            "\"encoder_attention_heads\": 4", "\"decoder_attention_heads\": 4", "\"encoder_ffn_dim\": 64", "\"decoder_ffn_dim\": 64",
            "\"max_position_embeddings\": 48", .. modelType == "marian" ? ["\"pad_token_id\": 99", "\"decoder_start_token_id\": 99"] : Array.Empty<string>(),
        ];
        IEnumerable<string> kept = own.Where(member => !members.Contains(member[..member.IndexOf(' ', StringComparison.Ordinal)], StringComparison.Ordinal));
        return $"{{\n  {string.Join(",\n  ", members.Length == 0 ? kept : kept.Append(members))}\n}}";
    }
}
