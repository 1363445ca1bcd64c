using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using static KernelGen.Generator.Tests.GeneratorTest;

namespace KernelGen.Generator.Tests;

/// <summary>Each diagnostic: when it comes, what it points at, what it says, and that it can be silenced there.</summary>
public class DiagnosticTests
{
    private const string Configuration = "\"config.json\"";

    /// <summary>Diagnostics of an attribute: architecture (or nothing for a configuration file), its other arguments, the text at fault, what is said.</summary>
    public static TheoryData<string, string, string, string, string> OfAttributes => new()
    {
        { "KG0011", "Bart", "Heads = 0", "Heads = 0", "Heads = 0 is not positive" },
        { "KG0011", "Vanilla", "VocabularySize = -5", "VocabularySize = -5", "VocabularySize = -5 is not positive" },
        { "KG0011", "Vanilla", "MaxSourceLength = 0", "MaxSourceLength = 0", "at least 1" },
        { "KG0012", "Bart", "ModelDimension = 16386", "ModelDimension = 16386", "at most 16384" },
        { "KG0012", "Bart", "FeedForwardDimension = 65537", "FeedForwardDimension = 65537", "at most 65536" },
        { "KG0012", "Bart", "EncoderLayers = 257", "EncoderLayers = 257", "at most 256" },
        { "KG0012", "Bart", "DecoderLayers = 257", "DecoderLayers = 257", "at most 256" },
        { "KG0012", "Bart", "VocabularySize = 1000001", "VocabularySize = 1000001", "at most 1000000" },
        { "KG0012", "Bart", "MaxTargetLength = 65537", "MaxTargetLength = 65537", "at most 65536" },
        { "KG0013", "Bart", "Heads = 3", "Heads = 3", "Heads = 3 does not divide the model dimension 8" },
        { "KG0013", "Bart", "Heads = 3", "Heads = 3", "the nearest being 2 or 4" },
        { "KG0013", "Bart", "Heads = 9", "Heads = 9", "the nearest being 8" },
        { "KG0014", "Vanilla", "SourceVocabularySize = 30", "SourceVocabularySize = 30", "SourceVocabularySize = 30 contradicts VocabularySize = 20" },
        { "KG0014", "Vanilla", "TargetVocabularySize = 30", "TargetVocabularySize = 30", "TargetVocabularySize = 30 contradicts VocabularySize = 20" },
        { "KG0017", "Vanilla", "ModelDimension = 16384, VocabularySize = 200000", "VocabularySize = 200000", "gives an embedding 3276800000 elements, and at most 2147483647" },
        { "KG0017", "Marian", "ModelDimension = 16384, VocabularySize = 1000000", "VocabularySize = 1000000", "gives an embedding" },
        { "KG0017", "Vanilla", "ModelDimension = 16384, Heads = 16384", "ModelDimension = 16384", "the weights of the query, key and value projections" },
        { "KG0017", "Vanilla", "FeedForwardDimension = 65536, MaxSourceLength = 65536", "MaxSourceLength = 65536", "the feed-forward activations of the longest sequence" },
        { "KG0017", "Vanilla", "MaxTargetLength = 60000, VocabularySize = 60000", "MaxTargetLength = 60000", "the logits of the longest target" },
        { "KG0020", "Bart", "Activation = (Activation)7", "Activation = (Activation)7", "'Activation' cannot be 7; choose one of Activation.Relu, Activation.Gelu" },
        { "KG0020", "Bart", "NormPlacement = (NormPlacement)(-1)", "NormPlacement = (NormPlacement)(-1)", "'NormPlacement' cannot be -1" },
        { "KG0020", "Bart", "PositionalEncoding = (PositionalEncoding)9", "PositionalEncoding = (PositionalEncoding)9", "'PositionalEncoding' cannot be 9" },
        { "KG0021", "Bart", "LayerNormEpsilon = 0", "LayerNormEpsilon = 0", "LayerNormEpsilon = 0 is not a positive" },
        { "KG0021", "Bart", "LayerNormEpsilon = -1e-5", "LayerNormEpsilon = -1e-5", "LayerNormEpsilon = -1E-05" },
        { "KG0021", "Bart", "LayerNormEpsilon = double.NaN", "LayerNormEpsilon = double.NaN", "NaN" },
        { "KG0021", "Bart", "LayerNormEpsilon = 1e-60", "LayerNormEpsilon = 1e-60", "single precision" },
        { "KG0021", "Bart", "LayerNormEpsilon = 1e60", "LayerNormEpsilon = 1e60", "finite" },
        { "KG0022", "Bart", "PositionOffset = -1", "PositionOffset = -1", "cannot be negative" },
        { "KG0022", "Marian", "PositionOffset = 2", "PositionOffset = 2", "the positions are PositionalEncoding.SinusoidalSplit" },
        { "KG0022", "Bart", "PositionOffset = 70000", "PositionOffset = 70000", "at most 65536" },
        { "KG0030", "Bart", "StartToken = 20", "StartToken = 20", "StartToken = 20 is not in the vocabulary, whose tokens are 0 to 19" },
        { "KG0030", "Bart", "EndToken = -1", "EndToken = -1", "EndToken = -1 is not in the vocabulary" },
        { "KG0030", "Bart", "PadToken = 99", "PadToken = 99", "PadToken = 99 is not in the vocabulary" },
        { "KG0030", "Bart", "SuppressedTokens = new[] { 3, 21 }", "SuppressedTokens = new[] { 3, 21 }", "SuppressedTokens holds 21, which is not in the vocabulary" },
        { "KG0032", "Bart", $"VocabularySize = 9999, SuppressedTokens = new[] {{ {Tokens(3, 4097)} }}", $"SuppressedTokens = new[] {{ {Tokens(3, 4097)} }}", "4097 tokens are suppressed, but at most 4096" },
        { "KG0031", "Bart", "SuppressedTokens = new[] { 2 }", "SuppressedTokens = new[] { 2 }", "The end token 2 would never be generated, because it is among the suppressed tokens" },
        { "KG0031", "Marian", "EndToken = 19", "EndToken = 19", "it is the pad token, and the pad token is suppressed by preset" },
    };

    /// <summary>Diagnostics of a configuration file: the further arguments, the file, the text at fault, what is said.</summary>
    public static TheoryData<string, string, string, string, string> OfFiles => new()
    {
        { "KG0011", "", """{"model_type": "bart", "d_model": 0}""", Configuration, "\"d_model\": 0 in config.json is not positive" },
        { "KG0012", "", """{"model_type": "bart", "encoder_layers": 999}""", Configuration, "\"encoder_layers\": 999 in config.json is too large" },
        { "KG0013", "", """{"model_type": "bart", "d_model": 1000}""", Configuration, "Heads = 16, the default of model_type \"bart\", does not divide the model dimension 1000" },
        { "KG0013", ", Heads = 3", """{"model_type": "bart"}""", "Heads = 3", "Heads = 3 does not divide the model dimension 1024" },
        { "KG0016", ", MaxSourceLength = 65", """{"model_type": "bart", "max_position_embeddings": 64}""", "MaxSourceLength = 65", "the 64 that the model has learned" },
        { "KG0016", ", MaxTargetLength = 65", """{"model_type": "bart", "max_position_embeddings": 64}""", "MaxTargetLength = 65", "set at most 64" },
        { "KG0021", "", """{"model_type": "bart", "layer_norm_eps": 0}""", Configuration, "\"layer_norm_eps\": 0 in config.json is not a positive" },
        { "KG0030", "", """{"model_type": "marian", "vocab_size": 100, "decoder_start_token_id": 5}""", Configuration, "PadToken = 58100, the default of model_type \"marian\", is not in the vocabulary, whose tokens are 0 to 99" },
        { "KG0030", "", """{"model_type": "bart", "bad_words_ids": [[50265]]}""", Configuration, "\"bad_words_ids\" in config.json holds 50265, which is not in the vocabulary" },
        { "KG0032", "", $$"""{"model_type": "bart", "bad_words_ids": [{{Tokens(3, 5000, "[", "]")}}]}""", Configuration, "5000 tokens are suppressed" },
        { "KG0031", "", """{"model_type": "bart", "bad_words_ids": [[2]]}""", Configuration, "The end token 2" },
        { "KG0043", "", "{}", Configuration, "config.json has no \"model_type\"; supported are bart, m2m_100, marian, mbart, moonshine, mt5, pegasus, t5, whisper" },
        { "KG0043", "", """{"model_type": "llama"}""", Configuration, "config.json says \"model_type\": \"llama\"; supported" },
        { "KG0043", "", "{\"model_type\": \"a\\u202Eb\\n\\u001B[2J\\uD800\U0001F600\"}", Configuration, "says \"model_type\": \"a\\u202eb\\u000a\\u001b[2J\\ud800\U0001F600\"; supported" },
        { "KG0043", "", """{"model_type": "led"}""", Configuration, "config.json says \"model_type\": \"led\"; supported are bart, m2m_100, marian, mbart, moonshine, mt5, pegasus, t5, whisper" },
        { "KG0043", "", """{"model_type": "longt5"}""", Configuration, "\"longt5\"; supported are" },
        { "KG0043", "", """{"model_type": "umt5"}""", Configuration, "\"umt5\"; supported are" },
        { "KG0043", "", """{"model_type": "nllb-moe"}""", Configuration, "\"nllb-moe\"; supported are" },
        { "KG0043", "", """{"model_type": "blenderbot"}""", Configuration, "\"blenderbot\"; supported are" },
        { "KG0043", "", """{"model_type": 5}""", Configuration, "config.json says \"model_type\": 5; supported" },
        { "KG0045", "", """{"model_type": "bart", "activation_function": "quick_gelu"}""", Configuration, "\"activation_function\": \"quick_gelu\", which is not supported" },
        { "KG0045", "", """{"model_type": "bart", "activation_function": "gated-gelu"}""", Configuration, "\"activation_function\": \"gated-gelu\", which is not supported: known are relu, gelu" },
        { "KG0045", "", """{"model_type": "t5", "feed_forward_proj": "gated-mish"}""", Configuration, "\"feed_forward_proj\": \"gated-mish\", which is not supported: known are relu, gelu" },
        { "KG0045", "", """{"model_type": "t5", "feed_forward_proj": "gated-gelu-new"}""", Configuration, "and each after \"gated-\", as in gated-gelu and gated-silu; set Activation" },
        { "KG0045", "", """{"model_type": "mt5", "feed_forward_proj": "gated-"}""", Configuration, "and GatedFeedForward" },
        { "KG0045", "", """{"model_type": "t5", "feed_forward_proj": "maxout"}""", Configuration, "\"feed_forward_proj\": \"maxout\", which is not supported" },
        { "KG0045", "", """{"model_type": "marian", "static_position_embeddings": false}""", Configuration, "models of this type have sinusoidal positions" },
        { "KG0045", "", """{"model_type": "mbart", "is_encoder_decoder": false}""", Configuration, "only encoder-decoder models" },
        { "KG0046", "", """{"model_type": "bart", "encoder_attention_heads": 8}""", Configuration, "\"encoder_attention_heads\": 8 and \"decoder_attention_heads\": 16" },
        { "KG0046", "", """{"model_type": "bart", "decoder_ffn_dim": 8}""", Configuration, "setting FeedForwardDimension overrides both" },
        { "KG0047", "", """{"model_type": "bart", "bad_words_ids": [[5, 6], [7], [8, 9]]}""", Configuration, "config.json forbids 2 sequence(s) of several tokens" },
    };

    /// <summary>Diagnostics that point into a configuration file: the file, the text at fault, what is said.</summary>
    public static TheoryData<string, string, string, string> InFiles => new()
    {
        { "KG0042", "{\n  \"model_type\": bart }", "b", "config.json, line 2, column 17: expected a value" },
        { "KG0042", "[]", "[", "config.json, line 1, column 1: expected an object in braces" },
        { "KG0042", "", "", "expected a value" },
        { "KG0044", """{"model_type": "bart", "d_model": "wide"}""", "\"wide\"", "config.json says \"d_model\": \"wide\", but a whole number of 32 bits was expected" },
        { "KG0044", """{"model_type": "bart", "d_model": 1.5}""", "1.5", "\"d_model\": 1.5" },
        { "KG0044", """{"model_type": "bart", "scale_embedding": 1}""", "1", "\"scale_embedding\": 1, but true or false was expected" },
        { "KG0044", """{"model_type": "bart", "layer_norm_eps": "small"}""", "\"small\"", "but a number was expected" },
        { "KG0044", """{"model_type": "bart", "activation_function": {}}""", "{}", "\"activation_function\": an object, but a string was expected" },
        { "KG0044", """{"model_type": "bart", "bad_words_ids": [5]}""", "[5]", "an array of arrays of token ids" },
        { "KG0044", """{"model_type": "bart", "bad_words_ids": 5}""", "5", "an array of arrays of token ids" },
        { "KG0048", """{"model_type": "bart", "d_model": 64, "d_model": 96}""", "\"d_model\"", "config.json has \"d_model\" on line 1 and again on line 1, and readers differ" },
        { "KG0048", "{\n\"vocab_size\": 7,\n\"model_type\": \"bart\",\n\"vocab_size\": 7 }", "\"vocab_size\"", "config.json has \"vocab_size\" on line 2 and again on line 4" },
    };

    /// <summary>Diagnostics of the class: a source in which ATTRIBUTE stands for a complete attribute, TRAINABLE for one of a model to train, SPEECH for one of speech, the text at fault, what is said.</summary>
    public static TheoryData<string, string, string, string> OfClasses => new()
    {
        { "KG0001", "ATTRIBUTE class Tiny;", "Tiny", "'Tiny' is not partial, but it declares a model" },
        { "KG0001", "class Outer { ATTRIBUTE partial class Tiny; }", "Outer", "'Outer' is not partial, but the model 'Tiny' is nested in it" },
        { "KG0002", "ATTRIBUTE static partial class Tiny;", "Tiny", "it is static" },
        { "KG0002", "ATTRIBUTE abstract partial class Tiny;", "Tiny", "it is abstract" },
        { "KG0002", "ATTRIBUTE partial record Tiny;", "Tiny", "it is a record" },
        { "KG0002", "ATTRIBUTE file partial class Tiny;", "Tiny", "it is local to its file" },
        { "KG0002", "ATTRIBUTE partial class Tiny<T>;", "Tiny", "it is generic" },
        { "KG0002", "ATTRIBUTE partial class Tiny(int size);", "Tiny", "it has a primary constructor" },
        { "KG0002", "partial class Outer<T> { ATTRIBUTE partial class Tiny; }", "Tiny", "it is nested in the generic type 'Outer'" },
        { "KG0002", "file partial class Outer { ATTRIBUTE partial class Tiny; }", "Tiny", "it is nested in 'Outer', which is local to its file" },
        { "KG0002", "ATTRIBUTE partial class Tiny { public string Description => \"mine\"; }", "Tiny", "adds a member named 'Description'" },
        { "KG0002", "TRAINABLE partial class Tiny { public void CreateTrainer() { } }", "Tiny", "adds a member named 'CreateTrainer'" },
        { "KG0002", "TRAINABLE partial class CreateTrainingEngine;", "CreateTrainingEngine", "adds a member named 'CreateTrainingEngine'" },
        { "KG0002", "ATTRIBUTE partial class Avx2Kernels;", "Avx2Kernels", "adds a member named 'Avx2Kernels'" },
        { "KG0002", "ATTRIBUTE partial class Load;", "Load", "adds a member named 'Load'" },
        { "KG0002", "ATTRIBUTE partial class Tiny { public static int get_Description() => 0; }", "Tiny", "adds a member named 'get_Description'" },
        { "KG0002", "ATTRIBUTE partial class Tiny { public int Load; }", "Tiny", "adds a member named 'Load'" },
        { "KG0002", "ATTRIBUTE partial class Tiny { public static object Load(string file, ModelLoadOptions? how) => file; }", "Tiny", "adds a member named 'Load'" },
        { "KG0002", "ATTRIBUTE SPEECH partial class Tiny;", "Tiny", "two attributes declare it; keep SpeechToTextModel for a model of speech" },
        { "KG0002", "SPEECH partial class Tiny; ATTRIBUTE partial class Tiny;", "Tiny", "two attributes declare it" },
        { "KG0002", "ATTRIBUTE partial class Tiny { public Tiny() { } }", "Tiny", "it has a constructor of its own" },
        { "KG0002", "ATTRIBUTE partial class Tiny { private Tiny(KernelGen.Execution.Engine engine) : base() { } }", "Tiny", "it has a constructor of its own" },
        { "KG0003", "ATTRIBUTE partial class Tiny : SpeechModel;", "SpeechModel", "'Tiny' derives from 'SpeechModel', but a model whose source is tokens derives from KernelGen.EncoderDecoder; write ': EncoderDecoder'" },
        { "KG0003", "SPEECH partial class Tiny : EncoderDecoder;", "EncoderDecoder", "'Tiny' derives from 'EncoderDecoder', but a model whose source is audio derives from KernelGen.SpeechModel; write ': SpeechModel'" },
        { "KG0003", "class Other; SPEECH partial class Tiny : Other;", "Other", "write ': SpeechModel' in its place" },
        { "KG0003", "ATTRIBUTE partial class Tiny : object;", "object", "'Tiny' derives from 'object'" },
        { "KG0003", "ATTRIBUTE partial class Tiny; partial class Tiny : System.Object, System.ICloneable { public object Clone() => this; }", "System.Object", "'Tiny' derives from 'object'" },
        { "KG0003", "class Other; ATTRIBUTE partial class Tiny : Other;", "Other", "'Tiny' derives from 'Other'" },
        { "KG0003", "class Other; ATTRIBUTE partial class Tiny; partial class Tiny : global::Other, System.IDisposable { public void Dispose() { } }", "global::Other", "write ': EncoderDecoder' in its place, or name no base class" },
    };

    /// <summary>Names that generated code uses and that mean something else: a source in which ATTRIBUTE stands for a complete attribute, and what is said.</summary>
    public static TheoryData<string, string> OfNames => new()
    {
        { "struct nint; ATTRIBUTE partial class Tiny;", "'nint', which means 'nint' here" },
        { "namespace Some { struct nint; ATTRIBUTE partial class Tiny; }", "'nint', which means 'Some.nint' here" },
        { "namespace Floats_ { ATTRIBUTE partial class Tiny; }", "'Floats_', which means 'Floats_' here" },
        { "ATTRIBUTE partial class Tiny { int Simd_; }", "'Simd_', which means 'Tiny.Simd_' here" },
        { "class Base { protected class Weights_; } partial class Outer : Base { ATTRIBUTE partial class Tiny; }", "'Weights_', which means 'Base.Weights_' here" },
        { "ATTRIBUTE partial class Tiny; namespace KernelGen { public class EncoderDecoder; }", "'KernelGen.EncoderDecoder', which means 'KernelGen.EncoderDecoder' here" },
        { "ATTRIBUTE partial class Tiny; namespace System.Runtime.Intrinsics { public class Vector512<T>; }", "'System.Runtime.Intrinsics.Vector512`1'" },
        { "ATTRIBUTE partial class Tiny; class System;", "which means 'System' here" },
    };

    [Theory]
    [MemberData(nameof(OfNames))]
    public async Task A_name_is_taken(string source, string message)
    {
        string attribute = $"EncoderDecoderModel(Architecture.Bart, {Dimensions})";
        await AssertReportedAsync("KG0006", "using KernelGen;\n" + source.Replace("ATTRIBUTE", $"[{attribute}]", StringComparison.Ordinal), attribute, message);
    }

    /// <summary>What counts as generated is answered all the same: the generator leaves it out when it is wrong.</summary>
    [Theory]
    [InlineData("// <auto-generated/>\n", "")]
    [InlineData("", "\n#line hidden\n")]
    public async Task A_file_that_counts_as_generated_is_answered(string before, string after) =>
        await AssertReportedAsync("KG0013", before + Model("Bart", "Heads = 3") + after, "Heads = 3", "does not divide");

    [Fact]
    public async Task A_global_alias_is_taken() => await AssertReportedAsync(
        "KG0006", "global using Floats_ = int;\n" + Model("Bart", ""), $"EncoderDecoderModel(Architecture.Bart, {Dimensions})", "'Floats_', which means a global alias here");

    private static string Tokens(int first, int count, string before = "", string after = "") =>
        string.Join(", ", Enumerable.Range(first, count).Select(token => before + token.ToString(System.Globalization.CultureInfo.InvariantCulture) + after));

    [Theory]
    [MemberData(nameof(OfAttributes))]
    public async Task An_attribute_is_at_fault(string id, string architecture, string properties, string at, string message) =>
        await AssertReportedAsync(id, Model(architecture, properties), at, message);

    [Theory]
    [MemberData(nameof(OfFiles))]
    public async Task A_file_is_at_fault(string id, string properties, string file, string at, string message) =>
        await AssertReportedAsync(id, Model(Configuration + properties), at, message, ("/project/config.json", file));

    [Theory]
    [MemberData(nameof(InFiles))]
    public async Task A_place_in_a_file_is_at_fault(string id, string file, string at, string message)
    {
        const string Path = "/project/config.json";
        Diagnostic diagnostic = Assert.Single(await AnalyzeAsync(Model(Configuration), (Path, file)));

        Assert.Equal(id, diagnostic.Id);
        Assert.Contains(message, diagnostic.GetMessage(null), StringComparison.Ordinal);
        Assert.Equal(LocationKind.ExternalFile, diagnostic.Location.Kind);
        Assert.Equal(at, file.Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length));
        FileLinePositionSpan place = diagnostic.Location.GetLineSpan();
        Assert.Equal(Path, place.Path);
        Assert.Equal(SourceText.From(file).Lines.GetLinePositionSpan(diagnostic.Location.SourceSpan), place.Span);
        Location declaration = Assert.Single(diagnostic.AdditionalLocations);
        Assert.Equal(Configuration, declaration.SourceTree!.GetText(TestContext.Current.CancellationToken).ToString(declaration.SourceSpan));
        Assert.Empty(Run(Model(Configuration), (Path, file)).GeneratedTrees);
    }

    [Fact]
    public async Task Of_several_files_the_right_one_is_pointed_at()
    {
        const string Broken = """{"model_type": "bart", "d_model": true}""";
        Diagnostic diagnostic = Assert.Single(await AnalyzeAsync(Model("\"b/config.json\""), ("/project/a/config.json", Broken), ("/project/b/config.json", Broken)));

        Assert.Equal("/project/b/config.json", diagnostic.Location.GetLineSpan().Path);
    }

    [Fact]
    public async Task Other_keys_may_stand_twice() => Assert.Empty(await AnalyzeAsync(
        Model(Configuration), ("/project/config.json", """{"model_type": "bart", "dropout": 0.1, "dropout": 0.2, "more": {"d_model": 1, "d_model": 2}}""")));

    [Theory]
    [MemberData(nameof(OfClasses))]
    public async Task A_class_is_at_fault(string id, string source, string at, string message) =>
        await AssertReportedAsync(
            id,
            "using KernelGen;\n" + source
                .Replace("ATTRIBUTE", $"[EncoderDecoderModel(Architecture.Bart, {Dimensions})]", StringComparison.Ordinal)
                .Replace("SPEECH", $"[SpeechToTextModel(Architecture.Whisper, {Dimensions}, StartToken = 1, EndToken = 2, PadToken = 0)]", StringComparison.Ordinal)
                .Replace("TRAINABLE", $"[EncoderDecoderModel(Architecture.Bart, Trainable = true, {Dimensions})]", StringComparison.Ordinal),
            at,
            message);

    [Fact]
    public async Task Every_missing_dimension_is_named_at_once()
    {
        await AssertReportedAsync(
            "KG0010",
            Model("Architecture.Vanilla"),
            "EncoderDecoderModel(Architecture.Vanilla)",
            "The model 'Tiny' lacks ModelDimension, Heads, FeedForwardDimension, EncoderLayers, DecoderLayers, VocabularySize, MaxSourceLength, MaxTargetLength;");
        string arguments = "Architecture.Vanilla, " + Dimensions.Replace("VocabularySize = 20", "SourceVocabularySize = 20", StringComparison.Ordinal);
        await AssertReportedAsync("KG0010", Model(arguments), $"EncoderDecoderModel({arguments})", "lacks TargetVocabularySize;");
    }

    [Theory]
    [InlineData("Vanilla")]
    [InlineData("Marian")]
    [InlineData("Bart")]
    public async Task Source_and_target_may_have_vocabularies_of_their_own(string architecture)
    {
        string arguments = Dimensions.Replace("VocabularySize = 20", "SourceVocabularySize = 21, TargetVocabularySize = 20", StringComparison.Ordinal);
        Assert.Empty(await AnalyzeAsync(Model($"Architecture.{architecture}, {arguments}")));
    }

    [Fact]
    public async Task The_pad_token_belongs_to_both_vocabularies()
    {
        string arguments = "Architecture.Marian, " + Dimensions.Replace("VocabularySize = 20", "SourceVocabularySize = 20, TargetVocabularySize = 25", StringComparison.Ordinal);

        await AssertReportedAsync("KG0030", Model(arguments), $"EncoderDecoderModel({arguments})", "PadToken = 24, the preset of Architecture.Marian, is not in the vocabulary, whose tokens are 0 to 19");
        Assert.Empty(await AnalyzeAsync(Model(arguments + ", PadToken = 19")));
    }

    [Fact]
    public async Task An_architecture_that_does_not_exist_is_refused() =>
        await AssertReportedAsync("KG0020", Model($"(Architecture)9, {Dimensions}"), "(Architecture)9", "'architecture' cannot be 9");

    [Fact]
    public async Task A_file_that_is_not_among_the_additional_files_is_named()
    {
        await AssertReportedAsync("KG0040", Model("\"opus/config.json\""), "\"opus/config.json\"", "of this project; add <AdditionalFiles Include=\"opus/config.json\" />", ("/project/weights.json", "{}"));
        await AssertReportedAsync("KG0040", Model("\"\""), "\"\"", "No file");
        await AssertReportedAsync("KG0040", Model("configuration: \"x.json\""), "configuration: \"x.json\"", "x.json");
    }

    [Theory]
    [InlineData("opus-mt-en-ed/config.json", "opus-mt-en-de/config.json")]
    [InlineData("opus-mt-en-de/confg.json", "opus-mt-en-de/config.json")]
    [InlineData("confg.json", "opus-mt-en-de/config.json")]
    [InlineData("models/config.json", "opus-mt-en-de/config.json")]
    [InlineData("../elsewhere/vanilla.jsn", "/elsewhere/vanilla.json")]
    public async Task A_misspelled_path_is_told_the_nearest_file(string written, string nearest) => await AssertReportedAsync(
        "KG0040",
        Model($"\"{written}\""),
        $"\"{written}\"",
        $"did you mean '{nearest}', which is listed? If not, add <AdditionalFiles Include=\"{written}\" />",
        ("/project/opus-mt-en-de/config.json", "{}"),
        ("/elsewhere/vanilla.json", "{}"),
        ("/project/stylecop.json", "{}"));

    [Fact]
    public async Task An_ambiguous_path_names_its_files() => await AssertReportedAsync(
        "KG0041",
        Model(Configuration),
        Configuration,
        "/project/a/config.json and /project/b/config.json",
        ("/project/a/config.json", "{}"),
        ("/project/b/config.json", "{}"));

    [Fact]
    public async Task A_project_that_forbids_unsafe_code_is_told()
    {
        Diagnostic diagnostic = Assert.Single(await AnalyzeAsync(Compile(Model("Bart", ""), settings: Settings.WithAllowUnsafe(false))));

        Assert.Equal("KG0004", diagnostic.Id);
        Assert.StartsWith("EncoderDecoderModel(", TextAt(diagnostic), StringComparison.Ordinal);
        Assert.Contains("<AllowUnsafeBlocks>true</AllowUnsafeBlocks>", diagnostic.GetMessage(null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LanguageVersion.CSharp11, "C# 11;")]
    [InlineData(LanguageVersion.CSharp7_3, "C# 7.3;")]
    [InlineData(LanguageVersion.CSharp6, "C# 6;")]
    public async Task A_project_of_an_older_language_is_told(LanguageVersion version, string shown)
    {
        string source = Model("Bart", "").Replace("class Tiny;", "class Tiny { }", StringComparison.Ordinal);
        ImmutableArray<Diagnostic> diagnostics = await AnalyzeAsync(Compile(source, Language.WithLanguageVersion(version), Settings.WithNullableContextOptions(NullableContextOptions.Disable)));

        Diagnostic diagnostic = Assert.Single(diagnostics);
        Assert.Equal("KG0005", diagnostic.Id);
        Assert.Contains(shown, diagnostic.GetMessage(null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_faults_are_reported_together() => Assert.Equal(
        ["KG0013", "KG0021", "KG0030"],
        (await AnalyzeAsync(Model("Bart", "Heads = 3, LayerNormEpsilon = 0, StartToken = 77"))).Select(static diagnostic => diagnostic.Id).Order());

    [Fact]
    public async Task Each_type_that_is_not_partial_is_reported() => Assert.Equal(
        ["Outermost", "Tiny"],
        (await AnalyzeAsync($"class Outermost {{ partial class Between {{ [KernelGen.EncoderDecoderModel(KernelGen.Architecture.Bart, {Dimensions})] class Tiny; }} }}")).Select(TextAt));

    [Theory]
    [InlineData("Vanilla", "")]
    [InlineData("Marian", "ModelDimension = 7, Heads = 7")]
    [InlineData("Bart", "NormPlacement = NormPlacement.Pre")]
    [InlineData("Bart", "SuppressedTokens = new int[0]")]
    [InlineData("Vanilla", "PositionOffset = 0")]
    public async Task A_good_declaration_is_left_alone(string architecture, string properties) => Assert.Empty(await AnalyzeAsync(Model(architecture, properties)));

    [Fact]
    public async Task The_base_class_that_the_generator_names_may_be_named() =>
        Assert.Empty(await AnalyzeAsync(Model("Bart", "").Replace("Tiny;", "Tiny : EncoderDecoder;", StringComparison.Ordinal)));

    /// <summary>ASP.NET Core's generator of endpoints does not see the generated part; only where it runs the base class must be written down.</summary>
    [Theory]
    [InlineData("partial class Tiny;", "KG0007")]
    [InlineData("partial class Tiny : System.ICloneable { public object Clone() => this; }", "KG0007")]
    [InlineData("partial class Tiny : EncoderDecoder;", null)]
    [InlineData("partial class Tiny : KernelGen.EncoderDecoder, System.IDisposable;", null)]
    [InlineData("partial class Tiny; partial class Tiny : EncoderDecoder;", null)]
    [InlineData("class Tiny;", "KG0001")]
    public async Task A_model_of_a_service_names_its_base_class(string declaration, string? id)
    {
        string source = Model("Bart", "").Replace("partial class Tiny;", declaration, StringComparison.Ordinal);
        string service = source + "\nnamespace Microsoft.AspNetCore.Builder { public static class EndpointRouteBuilderExtensions; }";

        ImmutableArray<Diagnostic> found = await AnalyzeAsync(Compile(service), OptionsOfService);
        Assert.Equal(id is null ? [] : [id], found.Select(static diagnostic => diagnostic.Id));
        Assert.All(found, static diagnostic => Assert.Equal("Tiny", TextAt(diagnostic)));
        Assert.Equal(id is "KG0001" ? [id] : [], (await AnalyzeAsync(source)).Select(static diagnostic => diagnostic.Id));
        Assert.Equal(id is "KG0001" ? [id] : [], (await AnalyzeAsync(service)).Select(static diagnostic => diagnostic.Id));
        Assert.Equal(id is "KG0001" ? [id] : [], (await AnalyzeAsync(Compile(source), OptionsOfService)).Select(static diagnostic => diagnostic.Id));
    }

    [Fact]
    public async Task Lengths_beyond_sinusoidal_positions_are_fine() => Assert.Empty(await AnalyzeAsync(
        Model(Configuration + ", MaxSourceLength = 2000"), ("/project/config.json", """{"model_type": "marian"}""")));

    [Fact]
    public async Task A_warning_lets_the_model_be_generated()
    {
        (string Path, string Text) file = ("/project/config.json", SpecificationTest.Configuration("bart", "\"bad_words_ids\": [[5, 6], [7]]"));

        Assert.Equal(DiagnosticSeverity.Warning, Assert.Single(await AnalyzeAsync(Model(Configuration), file)).Severity);
        Assert.NotEmpty(Run(Model(Configuration), file).GeneratedTrees);
    }

    // The text at fault, the message, and silence under #pragma; and nothing is generated from an error.
    private static async Task AssertReportedAsync(string id, string source, string at, string message, params (string Path, string Text)[] files)
    {
        Diagnostic diagnostic = Assert.Single(await AnalyzeAsync(source, files));
        Assert.Equal(id, diagnostic.Id);
        Assert.Equal(at, TextAt(diagnostic));
        Assert.Contains(message, diagnostic.GetMessage(null), StringComparison.Ordinal);
        Assert.EndsWith($"/generator/docs/{id}.md", diagnostic.Descriptor.HelpLinkUri, StringComparison.Ordinal);

        Assert.Empty(await AnalyzeAsync($"#pragma warning disable {id}\n{source}", files));
        if (diagnostic.Severity == DiagnosticSeverity.Error)
        {
            Assert.Empty(Run(source, files).GeneratedTrees);
        }
    }
}
