extern alias generator;

using System.Text;
using generator::KernelGen.Generator;
using generator::KernelGen.Generator.Emission;
using generator::KernelGen.Generator.Specification;
using generator::KernelGen.Generator.Specification.Configuration;
using KernelGen.Fuzzing.Mutations;

namespace KernelGen.Fuzzing.Targets;

/// <summary>A Hugging Face config.json as the generator reads it, which is how the tool reads it, too: to a specification or to diagnostics, and to source.</summary>
internal sealed class ConfigurationTarget : FuzzTarget
{
    private const string Path = "/project/config.json";

    private static readonly DeclaredClass Class = new("", default, "Fuzzed");
    private static readonly CompilerSettings Compiler = new(AllowsUnsafe: true, CompilerSettings.MinimumLanguageVersion);

    public override string Name => "configuration";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        """
        {
          "model_type": "marian", "d_model": 32, "vocab_size": 100, "decoder_vocab_size": 100, "encoder_layers": 2, "decoder_layers": 3,
          "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "max_position_embeddings": 48,
          "activation_function": "swish", "scale_embedding": true, "static_position_embeddings": true, "normalize_before": false,
          "normalize_embedding": false, "add_final_layer_norm": false, "share_encoder_decoder_embeddings": true, "tie_word_embeddings": true,
          "pad_token_id": 99, "eos_token_id": 0, "decoder_start_token_id": 99, "bad_words_ids": [[99]], "is_encoder_decoder": true
        }
        """u8.ToArray(),
        """
        {"model_type":"bart","d_model":16,"vocab_size":50,"encoder_layers":1,"decoder_layers":1,"encoder_attention_heads":2,"decoder_attention_heads":2,
        "encoder_ffn_dim":20,"decoder_ffn_dim":20,"max_position_embeddings":40,"activation_function":"gelu","layer_norm_eps":1e-05,
        "bos_token_id":0,"pad_token_id":1,"eos_token_id":2,"decoder_start_token_id":2,"id2label":{"0":"LABEL_0"},"dropout":0.1,"more":[NaN,null,[],{}]}
        """u8.ToArray(),
    ];

    // The source of a model is some hundred kilobytes for each instruction set.
    public override long AllocationAllowance => 32 << 20;

    public override byte[] Mutate(Random random, byte[] file) => JsonMutations.Mutate(random, file);

    public override bool Run(ReadOnlySpan<byte> file, int variant)
    {
        var configuration = ConfigurationFile.Read(Path, Encoding.UTF8.GetString(file));
        if (configuration.Error is { } error)
        {
            Refusal.CheckText(error.Message);
            return error is { Line: > 0, Column: > 0 } ? false : throw new FindingException($"The error is at line {error.Line}, column {error.Column}.");
        }

        var declaration = new Declaration(Class, default, null, "config.json") { MaxSourceLength = 8, MaxTargetLength = 8 };
        SpecificationResult result = SpecificationBuilder.Build(
            declaration, new ConfigurationFiles("/project", new EquatableArray<ConfigurationFile>([configuration])), Compiler);
        foreach (Problem problem in result.Problems)
        {
            Refusal.CheckText(string.Join(", ", problem.Details));
        }

        if (result.Specification is null)
        {
            return result.Problems.Any(static problem => !problem.IsWarning) ? false : throw new FindingException("There is neither a specification nor a problem.");
        }

        // Source is written in a millisecond or two, where all else takes microseconds.
        if (variant % 64 == 0)
        {
            using (InvariantCulture.Use())
            {
                ModelEmitter.Emit(Class, result.Specification);
            }
        }

        return true;
    }
}
