using KernelGen.Fuzzing.Mutations;
using KernelGen.Fuzzing.Seeds;

namespace KernelGen.Fuzzing.Targets;

/// <summary>Generation configurations, and generating as they say.</summary>
internal sealed class GenerationConfigurationTarget : FuzzTarget
{
    private const string Source = "'generation_config.json'";

    private readonly EncoderDecoder _model = FuzzedBart.Load(new MemoryStream(SafetensorsParts.Write(SafetensorsParts.Of(FuzzedBart.Description, "F32"))));

    public override string Name => "generation-configuration";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        """
        {
          "_from_model_config": true, "bad_words_ids": [[17], [3, 4]], "bos_token_id": 0, "decoder_start_token_id": 2, "eos_token_id": [2, 5], "forced_eos_token_id": 2,
          "max_length": 512, "num_beams": 6, "num_return_sequences": 3, "pad_token_id": 1, "renormalize_logits": true, "transformers_version": "4.32.0"
        }
        """u8.ToArray(),
        """
        {
          "model_type": "bart", "d_model": 4, "early_stopping": true, "length_penalty": 2.0, "no_repeat_ngram_size": 3, "min_length": 4, "num_beams": 4,
          "forced_bos_token_id": 0, "encoder_no_repeat_ngram_size": 2, "repetition_penalty": 1.2, "suppress_tokens": [7], "begin_suppress_tokens": [8, 9]
        }
        """u8.ToArray(),
        """
        {
          "num_beams": 4, "num_beam_groups": 2, "diversity_penalty": 0.5, "early_stopping": "never", "max_new_tokens": 6, "min_new_tokens": 2,
          "exponential_decay_length_penalty": [3, 1.5], "encoder_repetition_penalty": 1.3, "max_time": null
        }
        """u8.ToArray(),
        """{"do_sample": true, "num_return_sequences": 2, "temperature": 0.7, "top_k": 5, "top_p": 0.9, "min_p": 0.01, "typical_p": 0.9, "stop_strings": ["."]}"""u8.ToArray(),
    ];

    public override byte[] Mutate(Random random, byte[] file) => JsonMutations.Mutate(random, file);

    public override bool Run(ReadOnlySpan<byte> file, int variant)
    {
        GenerationConfiguration configuration;
        try
        {
            configuration = GenerationConfiguration.Parse(file, Source);
        }
        catch (InvalidDataException exception)
        {
            return Refusal.Check(exception, Source);
        }

        try
        {
            Refusal.CheckText(configuration.SupportedOptions().Definition.ToString());
        }
        catch (NotSupportedException exception)
        {
            Refusal.Check(exception, Source);
        }

        try
        {
            int[] source = [3, 4, 5, 2];
            ModelUse.Check(_model, _model.Generate(source.AsSpan(0, 1 + (variant % source.Length)), configuration.Options));
        }
        catch (ArgumentException exception) when (exception.ParamName == "options")
        {
            // The model takes other tokens or lengths than the file says.
            Refusal.CheckText(exception.Message.ReplaceLineEndings(" "));
        }

        return true;
    }
}
