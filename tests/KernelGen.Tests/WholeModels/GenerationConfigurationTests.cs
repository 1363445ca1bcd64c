using System.Text;
using CsCheck;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>What generation_config.json and config.json become, and what is refused in them.</summary>
public sealed class GenerationConfigurationTests
{
    [Fact]
    public void A_file_without_keys_has_the_defaults_of_Transformers()
    {
        GenerationConfiguration configuration = Parse("{}");
        Assert.Equal(SearchDefinition.HuggingFace, configuration.Options.Definition);
        Assert.Equal(20, configuration.Options.MaxLength);
        Assert.Equal(new GenerationOptions { Definition = SearchDefinition.HuggingFace, MaxLength = 20 }.ToString(), configuration.Options.ToString());
        Assert.Null(configuration.StartToken);
        Assert.Empty(configuration.UnsupportedKeys);
    }

    [Fact]
    public void Every_key_becomes_its_option()
    {
        GenerationConfiguration configuration = Parse("""
            {
              "_from_model_config": true, "transformers_version": "4.30.0", "use_cache": true, "pad_token_id": 9, "bos_token_id": 4, "decoder_start_token_id": 5,
              "num_beams": 6, "num_return_sequences": 2, "num_beam_groups": 3, "diversity_penalty": 0.5, "early_stopping": "never", "length_penalty": -1,
              "renormalize_logits": true, "max_length": 100, "min_length": 11, "repetition_penalty": 1.5, "encoder_repetition_penalty": 2, "no_repeat_ngram_size": 3,
              "encoder_no_repeat_ngram_size": 4, "exponential_decay_length_penalty": [7, 1.01], "suppress_tokens": [1, 2], "begin_suppress_tokens": [3],
              "bad_words_ids": [[9], [1, 2]], "eos_token_id": [2, 12], "forced_bos_token_id": 8, "forced_eos_token_id": 2, "do_sample": false, "temperature": "cold"
            }
            """);
        GenerationOptions options = configuration.Options;
        Assert.Empty(configuration.UnsupportedKeys);
        Assert.Equal(5, configuration.StartToken);
        Assert.Equal((6, 2, 3, 0.5), (options.BeamSize, options.HypothesisCount, options.BeamGroups, options.DiversityPenalty));
        Assert.Equal((EarlyStopping.Never, -1, true), (options.EarlyStopping, options.LengthPenalty, options.RenormalizeLogits));
        Assert.Equal((99, 10), (options.MaxLength, options.MinLength));
        Assert.Equal((1.5, 2.0, 3, 4), (options.RepetitionPenalty, options.EncoderRepetitionPenalty, options.NoRepeatNGramSize, options.EncoderNoRepeatNGramSize));
        Assert.Equal(new ExponentialLengthPenalty(7, 1.01), options.ExponentialLengthPenalty);
        Assert.Equal([1, 2], options.SuppressedTokens);
        Assert.Equal([3], options.BeginSuppressedTokens);
        Assert.Equal(["9", "1 2"], options.SuppressedSequences.Select(static sequence => string.Join(' ', sequence)));
        Assert.Equal([2, 12], options.EndTokens);
        Assert.Equal([2], options.ForcedEndTokens);
        Assert.False(options.ForceEndToken);
        Assert.Equal([8], options.ForcedPrefix);
        Assert.Null(options.Sampling);
    }

    [Theory]
    [InlineData("""{"max_length": 100, "max_new_tokens": 7, "min_length": 50, "min_new_tokens": 3}""", 7, 3)]
    [InlineData("""{"max_length": 2, "min_length": 0}""", 1, 0)]
    [InlineData("""{"max_length": null, "min_length": 1}""", 20, 0)]
    [InlineData("""{"max_new_tokens": 512}""", 512, 0)]
    public void Lengths_of_Transformers_count_the_start_token_unless_they_are_new(string json, int maxLength, int minLength)
    {
        GenerationOptions options = Parse(json).Options;
        Assert.Equal((maxLength, minLength), (options.MaxLength!.Value, options.MinLength));
    }

    [Fact]
    public void Sampling_is_what_do_sample_asks_for()
    {
        SamplingOptions sampling = Parse("""{"do_sample": true, "num_return_sequences": 3, "temperature": 0.7, "top_p": 0.9, "min_p": 0.05, "typical_p": 1.0, "eta_cutoff": 0}""").Options.Sampling!;
        Assert.Equal(new SamplingOptions { Temperature = 0.7, TopK = 50, TopP = 0.9, MinP = 0.05 }, sampling);
        Assert.Equal("typical_p", Assert.Single(Parse("""{"do_sample": true, "typical_p": 0.9}""").UnsupportedKeys).Key);
        Assert.Empty(Parse("""{"typical_p": 0.9, "top_k": 3}""").UnsupportedKeys);
    }

    [Fact]
    public void A_forced_end_that_is_the_end_token_is_one_option()
    {
        GenerationOptions options = Parse("""{"eos_token_id": 2, "forced_eos_token_id": 2}""").Options;
        Assert.True(options.ForceEndToken);
        Assert.Empty(options.ForcedEndTokens);
    }

    [Theory]
    [InlineData("""{"num_beams": 4, "do_sample": true}""", "do_sample")]
    [InlineData("""{"num_beams": 33}""", "num_beams")]
    [InlineData("""{"do_sample": true, "num_return_sequences": 65}""", "num_return_sequences")]
    [InlineData("""{"max_time": 2.5}""", "max_time")]
    [InlineData("""{"stop_strings": ["."]}""", "stop_strings")]
    [InlineData("""{"guidance_scale": 1.5}""", "guidance_scale")]
    [InlineData("""{"penalty_alpha": 0.6, "top_k": 4}""", "penalty_alpha")]
    [InlineData("""{"sequence_bias": [[[1], 2.0]]}""", "sequence_bias")]
    [InlineData("""{"forced_decoder_ids": [[1, 2]]}""", "forced_decoder_ids")]
    [InlineData("""{"remove_invalid_values": true}""", "remove_invalid_values")]
    [InlineData("""{"something_new": 1}""", "something_new")]
    public void What_is_not_supported_is_named(string json, string key)
    {
        GenerationConfiguration configuration = Parse(json);
        UnsupportedGenerationKey unsupported = Assert.Single(configuration.UnsupportedKeys);
        Assert.Equal(key, unsupported.Key);
        Assert.NotEmpty(unsupported.Reason);
        string path = Path.GetTempFileName();
        File.WriteAllText(path, json);
        try
        {
            NotSupportedException refusal = Assert.Throws<NotSupportedException>(() => GenerationOptions.FromGenerationConfig(path));
            Assert.Contains(key, refusal.Message);
            Assert.Contains(path, refusal.Message);
            Assert.Equal(configuration.Options.ToString(), GenerationConfiguration.Load(path).Options.ToString());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("""{"max_time": null, "stop_strings": [], "guidance_scale": 1.0, "penalty_alpha": 0, "watermarking_config": null, "token_healing": false, "generation_kwargs": {}}""")]
    [InlineData("""{"output_attentions": true, "cache_implementation": "static", "prompt_lookup_num_tokens": 10, "num_assistant_tokens_schedule": "constant"}""")]
    [InlineData("""{"model_type": "bart", "d_model": 16, "id2label": {"0": "a"}, "task_specific_params": {"summarization": {"num_beams": 4}}, "something_new": 1}""")]
    [InlineData("""{"architectures": ["BartModel"], "activation_function": "gelu"}""")]
    public void What_changes_no_answer_is_not_named(string json) => Assert.Empty(Parse(json).UnsupportedKeys);

    [Fact]
    public void An_older_config_holds_generation_keys_among_others()
    {
        GenerationConfiguration configuration = Parse("""{"model_type": "marian", "num_beams": 6, "max_length": 512, "bad_words_ids": [[58100]], "decoder_start_token_id": 58100, "max_time": 3}""");
        Assert.Equal((6, 511, 58100), (configuration.Options.BeamSize, configuration.Options.MaxLength, configuration.StartToken));
        Assert.Equal("max_time", Assert.Single(configuration.UnsupportedKeys).Key);
    }

    [Theory]
    [InlineData("num_beams", "\"four\"", "whole number from 1")]
    [InlineData("num_beams", "0", "whole number from 1")]
    [InlineData("num_beams", "2.5", "whole number from 1")]
    [InlineData("num_beams", "99999999999", "whole number from 1")]
    [InlineData("max_length", "1", "whole number from 2")]
    [InlineData("min_length", "-1", "whole number from 0")]
    [InlineData("length_penalty", "1e999", "finite number")]
    [InlineData("length_penalty", "true", "finite number")]
    [InlineData("repetition_penalty", "0", "above 0")]
    [InlineData("repetition_penalty", "1e39", "above 0")]
    [InlineData("early_stopping", "\"always\"", "\"never\"")]
    [InlineData("early_stopping", "1", "\"never\"")]
    [InlineData("renormalize_logits", "1", "true or false")]
    [InlineData("eos_token_id", "-1", "a token or an array of tokens")]
    [InlineData("eos_token_id", "[2, \"x\"]", "a token or an array of tokens")]
    [InlineData("forced_bos_token_id", "[2]", "a token")]
    [InlineData("suppress_tokens", "2", "an array of tokens")]
    [InlineData("bad_words_ids", "[2]", "array of arrays")]
    [InlineData("bad_words_ids", "[[]]", "array of arrays")]
    [InlineData("exponential_decay_length_penalty", "[1]", "[start, factor]")]
    [InlineData("exponential_decay_length_penalty", "[1, -2]", "[start, factor]")]
    [InlineData("num_return_sequences", "2", "at most num_beams, which is 1")]
    [InlineData("num_beam_groups", "2", "divides num_beams, which is 1")]
    [InlineData("diversity_penalty", "0.5", "together, or neither")]
    public void A_wrong_value_is_refused_with_its_key_and_what_was_expected(string key, string value, string expected)
    {
        InvalidDataException refusal = Assert.Throws<InvalidDataException>(() => Parse($"{{\"{key}\": {value}}}"));
        Assert.Contains($"\"{key}\" is '{value}'", refusal.Message);
        Assert.Contains(expected, refusal.Message);
    }

    [Theory]
    [InlineData("", "no valid JSON")]
    [InlineData("[]", "expected one object")]
    [InlineData("{\"num_beams\": 2", "no valid JSON")]
    [InlineData("{} {}", "no valid JSON")]
    [InlineData("{\"num_beams\": 2,}", "no valid JSON")]
    [InlineData("{/* two */\"num_beams\": 2}", "no valid JSON")]
    [InlineData("{\"length_penalty\": NaN}", "no valid JSON, from line 1, byte 20 on")]
    [InlineData("{\"\\ud800\": 1}", "no valid JSON")]
    [InlineData("{\"num_beams\": 2, \"num_beams\": 4}", "'num_beams' twice")]
    public void What_is_no_object_of_keys_is_refused(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Parse(json)).Message);

    [Fact]
    public void Bytes_that_are_no_text_are_refused() =>
        Assert.Contains("UTF-8", Assert.Throws<InvalidDataException>(() => GenerationConfiguration.Parse([(byte)'{', 0xFF, (byte)'}'])).Message);

    [Fact]
    public void A_file_of_any_bytes_is_read_or_refused_in_words()
    {
        byte[] valid = Encoding.UTF8.GetBytes("""{"num_beams": 4, "eos_token_id": [2, 12], "bad_words_ids": [[9]], "early_stopping": "never", "length_penalty": 1.5, "max_time": {"a": [null]}}""");
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte, Gen.Int[0, valid.Length]).Array[1, 4].Sample(changes =>
        {
            byte[] bytes = [.. valid];
            foreach ((int place, byte value, int length) in changes)
            {
                bytes[place % bytes.Length] = value;
                bytes = length % 5 == 0 ? bytes[..Math.Max(1, Math.Min(length, bytes.Length))] : bytes;
            }

            try
            {
                Assert.NotNull(GenerationConfiguration.Parse(bytes).Options);
            }
            catch (InvalidDataException exception)
            {
                Assert.NotEmpty(exception.Message);
            }
        });
    }

    [Fact]
    public void A_folder_gives_its_generation_config_or_else_its_config()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Assert.Contains(folder, Assert.Throws<FileNotFoundException>(() => GenerationConfiguration.Load(folder)).Message);
            File.WriteAllText(Path.Combine(folder, "config.json"), """{"model_type": "bart", "num_beams": 2}""");
            Assert.Equal(2, GenerationOptions.FromGenerationConfig(folder).BeamSize);
            File.WriteAllText(Path.Combine(folder, "generation_config.json"), """{"num_beams": 3}""");
            Assert.Equal(3, GenerationOptions.FromGenerationConfig(folder).BeamSize);
            Assert.Equal(2, GenerationOptions.FromGenerationConfig(Path.Combine(folder, "config.json")).BeamSize);
            Assert.Throws<FileNotFoundException>(() => GenerationConfiguration.Load(Path.Combine(folder, "other.json")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_longer_maximum_than_the_declared_one_counts_as_that()
    {
        using EncoderDecoder model = DeclaredModels.Named(nameof(GoldenVanilla)).Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)), InstructionSets.Best);
        GenerationOptions options = Parse("""{"max_length": 512, "forced_eos_token_id": 2, "num_beams": 2}""").Options;
        ResultAssert.Same(model.Generate([4, 5], options with { MaxLength = model.MaxTargetLength }), model.Generate([4, 5], options), "beyond the declaration");
        ArgumentException refusal = Assert.Throws<ArgumentOutOfRangeException>(
            () => model.Generate([4, 5], options with { Definition = SearchDefinition.KernelGen }));
        Assert.Contains("MaxLength is 511", refusal.Message);
    }

    private static GenerationConfiguration Parse(string json) => GenerationConfiguration.Parse(Encoding.UTF8.GetBytes(json));
}
