using System.Text.Json;

namespace KernelGen.Tool.Tests;

public sealed class InspectTests : IDisposable
{
    private const string Config = """
        {
          "model_type": "marian", "d_model": 64, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4,
          "encoder_ffn_dim": 96, "decoder_ffn_dim": 96, "vocab_size": 70, "max_position_embeddings": 64, "activation_function": "swish",
          "scale_embedding": true, "decoder_start_token_id": 69, "eos_token_id": 0, "pad_token_id": 69
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        "vanilla-head-64",
        "torch.nn.Transformer",
        """
        [EncoderDecoderModel(Architecture.Vanilla,
            ModelDimension = 128, Heads = 2, FeedForwardDimension = 256, EncoderLayers = 1, DecoderLayers = 1,
            VocabularySize = 100, MaxSourceLength = 512, MaxTargetLength = 512)]
        public sealed partial class Model;

        """,
        "Heads, MaxSourceLength, MaxTargetLength")]
    [InlineData(
        "vanilla-pre-norm-odd-dimensions",
        "torch.nn.Transformer",
        """
        [EncoderDecoderModel(Architecture.Vanilla,
            ModelDimension = 20, Heads = 1, FeedForwardDimension = 36, EncoderLayers = 2, DecoderLayers = 1,
            SourceVocabularySize = 33, TargetVocabularySize = 41, MaxSourceLength = 512, MaxTargetLength = 512)]
        public sealed partial class Model;

        """,
        "Heads, MaxSourceLength, MaxTargetLength")]
    [InlineData(
        "marian",
        "Hugging Face Marian",
        """
        [EncoderDecoderModel(Architecture.Marian,
            ModelDimension = 64, Heads = 1, FeedForwardDimension = 96, EncoderLayers = 2, DecoderLayers = 2,
            VocabularySize = 70, MaxSourceLength = 512, MaxTargetLength = 512)]
        public sealed partial class Model;

        """,
        "Heads, MaxSourceLength, MaxTargetLength")]
    [InlineData(
        "bart",
        "Hugging Face BART",
        """
        [EncoderDecoderModel(Architecture.Bart,
            ModelDimension = 48, Heads = 1, FeedForwardDimension = 80, EncoderLayers = 2, DecoderLayers = 2,
            VocabularySize = 45, MaxSourceLength = 64, MaxTargetLength = 64)]
        public sealed partial class Model;

        """,
        "Heads")]
    public void A_checkpoint_gives_the_declaration_of_its_dimensions(string model, string family, string declaration, string assumed)
    {
        ToolRun run = ToolRun.Of("inspect", ToolRun.Weights(model), "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(family, run.Json.GetProperty("family").GetString());
        Assert.Equal(declaration.ReplaceLineEndings("\n"), run.Json.GetProperty("declaration").GetString());
        Assert.Equal(assumed, string.Join(", ", run.Json.GetProperty("settings").EnumerateArray()
            .Where(static setting => setting.GetProperty("isAssumed").GetBoolean())
            .Select(static setting => setting.GetProperty("name").GetString())));
    }

    /// <summary>As <c>share_encoder_decoder_embeddings: false</c> makes them.</summary>
    [Fact]
    public void An_embedding_of_each_side_gives_a_vocabulary_of_each()
    {
        string path = SafetensorsEdit.AddTensor(
            ToolRun.Weights("marian"), _folder.File("model.safetensors"), "model.decoder.embed_tokens.weight", [50, 64], renamed: ("model.shared.weight", "model.encoder.embed_tokens.weight"));

        ToolRun run = ToolRun.Of("inspect", path, "--set", "PadToken=49", "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("SourceVocabularySize = 70, TargetVocabularySize = 50", run.Json.GetProperty("declaration").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_are_listed_with_types_and_shapes()
    {
        ToolRun run = ToolRun.Of("inspect", ToolRun.Weights("bart"));

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"model\.shared\.weight +F32 +\[45, 48\] +8,640", run.Output);
        Assert.Contains("public sealed partial class Model;", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Output);
    }

    [Fact]
    public void A_configuration_beside_the_weights_declares_them()
    {
        File.Copy(ToolRun.Weights("marian"), _folder.File("model.safetensors"));
        _folder.Write("config.json", Config);

        ToolRun run = ToolRun.Of("inspect", _folder.File("model.safetensors"), "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("[EncoderDecoderModel(\"config.json\")]\npublic sealed partial class Model;\n", run.Json.GetProperty("declaration").GetString());
        JsonElement heads = run.Json.GetProperty("settings").EnumerateArray().Single(static setting => setting.GetProperty("name").GetString() == "Heads");
        Assert.Equal("4", heads.GetProperty("value").GetString());
        Assert.Equal("config.json", run.Json.GetProperty("additionalFile").GetString());
    }

    /// <summary>A project must not name a path of the machine that it happens to be written on.</summary>
    [Fact]
    public void The_project_names_the_configuration_from_the_current_folder()
    {
        string below = Path.Combine(Directory.GetCurrentDirectory(), "models & 100% opus");
        Directory.CreateDirectory(below);
        try
        {
            File.Copy(ToolRun.Weights("marian"), Path.Combine(below, "model.safetensors"), overwrite: true);
            File.WriteAllText(Path.Combine(below, "config.json"), Config);

            string output = ToolRun.Of("inspect", below).Output;

            Assert.Contains("[EncoderDecoderModel(\"models & 100% opus/config.json\")]", output, StringComparison.Ordinal);
            Assert.Contains("<AdditionalFiles Include=\"models &amp; 100%25 opus/config.json\" />", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(below, recursive: true);
        }
    }

    [Fact]
    public void A_folder_shows_which_file_is_read_for_what()
    {
        File.Copy(ToolRun.Weights("marian"), _folder.File("model.safetensors"));
        _folder.Write("config.json", Config);
        _folder.Write("README.md", "A model.");

        ToolRun run = ToolRun.Of("inspect", _folder.Path, "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(_folder.File("model.safetensors"), run.Json.GetProperty("file").GetString());
        Assert.Equal("[EncoderDecoderModel(\"config.json\")]\npublic sealed partial class Model;\n", run.Json.GetProperty("declaration").GetString());
        JsonElement folder = run.Json.GetProperty("folder");
        Dictionary<string, string?> uses = folder.GetProperty("files").EnumerateArray()
            .ToDictionary(static file => file.GetProperty("name").GetString()!, static file => file.GetProperty("use").GetString());
        Assert.Equal(["README.md", "config.json", "model.safetensors"], uses.Keys);
        Assert.Null(uses["README.md"]);
        Assert.Equal("the declaration, the defaults of generation", uses["config.json"]);
        Assert.Equal("the weights", uses["model.safetensors"]);
        Assert.Contains("no tokenizer", folder.GetProperty("tokenizer").GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Contains("No tokenizer:", ToolRun.Of("inspect", _folder.Path).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_shows_the_defaults_of_generation()
    {
        File.Copy(ToolRun.Weights("marian"), _folder.File("model.safetensors"));
        _folder.Write("config.json", Config);
        _folder.Write("generation_config.json", """{"num_beams": 4, "max_length": 33, "bad_words_ids": [[69]], "penalty_alpha": 0.6, "forced_eos_token_id": 0}""");

        ToolRun json = ToolRun.Of("inspect", _folder.Path, "--json");
        string shown = ToolRun.Of("inspect", _folder.Path).Output;

        Assert.Equal((0, ""), (json.ExitCode, json.Error));
        JsonElement generation = json.Json.GetProperty("folder").GetProperty("generation");
        Assert.Equal("generation_config.json", generation.GetProperty("file").GetString());
        Dictionary<string, string?> options = generation.GetProperty("options").EnumerateArray()
            .ToDictionary(static option => option.GetProperty("name").GetString()!, static option => option.GetProperty("value").GetString());
        Assert.Equal("4", options["BeamSize"]);
        Assert.Equal("32", options["MaxLength"]);
        Assert.Equal("HuggingFace", options["Definition"]);
        Assert.Equal("penalty_alpha", Assert.Single(generation.GetProperty("unsupported").EnumerateArray()).GetProperty("key").GetString());
        Assert.Matches(@"BeamSize +4", shown);
        Assert.Contains("Not supported: \"penalty_alpha\":", shown, StringComparison.Ordinal);

        _folder.Write("generation_config.json", """{"num_beams": "four"}""");
        Assert.Contains("generation_config.json cannot be used:", ToolRun.Of("inspect", _folder.Path).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_shows_its_tokenizer()
    {
        File.Copy(ToolRun.Weights("marian"), _folder.File("model.safetensors"));
        _folder.Write("config.json", Config);
        foreach (string name in new[] { "source.spm", "target.spm" })
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, "Weights", "target.spm"), _folder.File(name));
        }

        string[] pieces = ["</s>", "<unk>", "▁the", "▁a", "<pad>"];
        _folder.Write("vocab.json", $"{{{string.Join(", ", pieces.Select(static (piece, i) => $"\"{piece}\": {i}"))}}}");

        ToolRun run = ToolRun.Of("inspect", _folder.Path, "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement tokenizer = run.Json.GetProperty("folder").GetProperty("tokenizer");
        Assert.Null(tokenizer.GetProperty("problem").GetString());
        Assert.Equal(5, tokenizer.GetProperty("sourceTokens").GetInt32());
        Assert.Equal("the tokenizer", run.Json.GetProperty("folder").GetProperty("files").EnumerateArray()
            .Single(static file => file.GetProperty("name").GetString() == "vocab.json").GetProperty("use").GetString());
    }

    /// <summary>A model of many languages has its tokenizer once a program names two.</summary>
    [Fact]
    public void A_folder_whose_tokenizer_needs_languages_says_so()
    {
        File.Copy(ToolRun.Weights("marian"), _folder.File("model.safetensors"));
        _folder.Write("config.json", Config);
        _folder.Write("tokenizer_config.json", """{"tokenizer_class": "MBart50Tokenizer"}""");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Weights", "target.spm"), _folder.File("sentencepiece.bpe.model"));

        string shown = ToolRun.Of("inspect", _folder.Path).Output;

        Assert.DoesNotContain("No tokenizer", shown, StringComparison.Ordinal);
        Assert.Contains("tells 52 languages apart and needs SourceLanguage", string.Join(' ', shown.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    /// <summary>A tensor may be called anything.</summary>
    [Fact]
    public void Names_from_a_file_cannot_drive_the_terminal()
    {
        const string Name = "a\e[2J[red]\u202Eb\u2028c[/]";
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            [Name] = new { dtype = "F32", shape = new[] { 1 }, data_offsets = new[] { 0, 4 } },
            ["decoder.layers.0.encoder_attn.q_proj.weight"] = new { dtype = "F32", shape = new[] { 1, 1 }, data_offsets = new[] { 4, 8 } },
            ["shared.weight"] = new { dtype = "F32", shape = new[] { 2, 1 }, data_offsets = new[] { 8, 16 } },
            ["encoder.layers.0.fc1.weight"] = new { dtype = "F32", shape = new[] { 1, 1 }, data_offsets = new[] { 16, 20 } },
        });
        string path = _folder.File("names.safetensors");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[20]]);

        ToolRun shown = ToolRun.Of("inspect", path, "--set", "Heads=1", "--set", "VocabularySize=2", "--set", "EncoderLayers=1", "--set", "DecoderLayers=1", "--set", "EndToken=0");
        ToolRun json = ToolRun.Of("inspect", path, "--json", "--set", "Heads=1", "--set", "VocabularySize=2", "--set", "EncoderLayers=1", "--set", "DecoderLayers=1", "--set", "EndToken=0");

        Assert.Equal((0, ""), (shown.ExitCode, shown.Error));
        Assert.Contains("a\\u001b[2J[red]\\u202eb c[/]", shown.Output, StringComparison.Ordinal);
        Assert.All(new[] { shown.Output, json.Output }, static output => Assert.DoesNotContain(output, static letter => letter is '\e' or '\u202E' or '\u2028'));
        Assert.Contains(Name, json.Json.GetProperty("tensors").EnumerateArray().Select(static tensor => tensor.GetProperty("name").GetString()));
    }

    [Fact]
    public void A_setting_on_the_command_line_wins()
    {
        ToolRun run = ToolRun.Of("inspect", ToolRun.Weights("vanilla-head-64"), "--set", "heads=8", "--set", "Activation=Gelu", "--json");

        string declaration = run.Json.GetProperty("declaration").GetString()!;
        Assert.Contains("Heads = 8", declaration, StringComparison.Ordinal);
        Assert.Contains("Activation = Activation.Gelu", declaration, StringComparison.Ordinal);
    }

    [Fact]
    public void A_packed_file_shows_its_header_and_its_declaration()
    {
        string packed = _folder.File("model.packed");
        ToolRun.Of("pack", ToolRun.Weights("bart"), "-o", packed, "--precision", "int8", "--set", "Heads=3");

        ToolRun run = ToolRun.Of("inspect", packed, "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("packed", run.Json.GetProperty("format").GetString());
        Assert.Equal("int8", run.Json.GetProperty("packed").GetProperty("precision").GetString());
        Assert.Equal("3", run.Json.GetProperty("packed").GetProperty("fields").GetProperty("Heads").GetString());
        Assert.Contains("Heads = 3", run.Json.GetProperty("declaration").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_file_of_weights_is_refused()
    {
        ToolRun.Of("inspect", _folder.File("none.safetensors")).AssertRefused("none.safetensors");
        ToolRun.Of("inspect", _folder.Write("text.safetensors", "These are no weights at all.")).AssertRefused("not a safetensors file");
        ToolRun.Of("inspect", _folder.Write("empty.safetensors", "")).AssertRefused("empty.safetensors");
        ToolRun.Of("inspect", _folder.Path).AssertRefused(_folder.Path);
    }

    /// <summary>A file as OpenAI saves its models has names of its own, and says how many heads there are.</summary>
    [Fact]
    public void A_file_of_openai_is_declared_by_its_tensors_and_dimensions()
    {
        ToolRun run = ToolRun.Of(["inspect", "--json", .. ToolRun.Speech]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal("OpenAI Whisper", run.Json.GetProperty("family").GetString());
        Assert.Equal(
            """
            [SpeechToTextModel(Architecture.Whisper,
                ModelDimension = 30, Heads = 2, FeedForwardDimension = 44, EncoderLayers = 2, DecoderLayers = 2,
                VocabularySize = 101, MaxSourceLength = 50, MaxTargetLength = 40, StartToken = 31, EndToken = 30,
                PadToken = 30)]
            public sealed partial class Model;

            """.ReplaceLineEndings("\n"),
            run.Json.GetProperty("declaration").GetString());
        Assert.Equal((0, ""), (ToolRun.Of(["check", .. ToolRun.Speech]).ExitCode, run.Error));
        ToolRun wrong = ToolRun.Of(["check", "--set", "Heads=3", .. ToolRun.Speech]);
        Assert.Equal((1, ""), (wrong.ExitCode, wrong.Error));
        Assert.Contains("says that the model has 2 heads; the declaration of 'Model' has Heads = 3.", wrong.Output, StringComparison.Ordinal);
    }
}
