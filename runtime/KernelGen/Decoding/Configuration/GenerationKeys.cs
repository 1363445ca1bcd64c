namespace KernelGen.Decoding;

/// <summary>What becomes of the keys of a generation configuration that are no options of ours.</summary>
internal static class GenerationKeys
{
    /// <summary>Whether a key cannot change which tokens are generated, nor their scores, whatever its value is.</summary>
    public static bool IsWithoutEffect(string key) => key switch
    {
        // Padding is not computed here; which token fills rows is the declaration's matter.
        "pad_token_id" => true,

        // How keys and values are cached, and how the model is compiled.
        "use_cache" or "cache_implementation" or "cache_config" or "return_legacy_cache" or "prefill_chunk_size" or "low_memory" or "compile_config"
            or "disable_compile" or "continuous_batching_config" => true,

        // What is returned beside the tokens.
        "output_attentions" or "output_hidden_states" or "output_scores" or "output_logits" or "return_dict_in_generate" => true,

        // Assisted generation accepts the tokens that the model itself would have chosen.
        "is_assistant" or "num_assistant_tokens" or "num_assistant_tokens_schedule" or "assistant_confidence_threshold" or "assistant_early_exit"
            or "assistant_lookbehind" or "target_lookbehind" or "prompt_lookup_num_tokens" or "max_matching_ngram_size" => true,

        // Where the file comes from.
        "transformers_version" or "_from_model_config" or "_commit_hash" or "_name_or_path" => true,
        _ => false,
    };

    /// <summary>Whether a key has an effect only where tokens are drawn.</summary>
    public static bool IsForSampling(string key) =>
        key is "temperature" or "top_k" or "top_p" or "min_p" or "top_h" or "typical_p" or "epsilon_cutoff" or "eta_cutoff";

    /// <summary>Why a key that Transformers know is not supported; <see langword="null"/> for a key that they do not know.</summary>
    public static string? ReasonAgainst(string key) => key switch
    {
        "max_time" => "a limit of time makes answers depend on the computer; cancel the call, or end targets with StopWhen",
        "stop_strings" => "needs the tokenizer; end targets with StopWhen",
        "constraints" or "force_words_ids" => "constrained beam search; Constraint says which tokens may come next",
        "forced_decoder_ids" => "Transformers themselves have given it up; force tokens with ForcedPrefix",
        "sequence_bias" => "logits are not biased by sequences",
        "guidance_scale" => "needs a second pass of the model without the source",
        "penalty_alpha" => "contrastive search",
        "dola_layers" => "decoding by contrasting layers",
        "token_healing" => "needs the tokenizer",
        "watermarking_config" => "watermarks are not put in",
        "remove_invalid_values" => "logits that are no numbers are an exception here",
        "top_h" or "typical_p" or "epsilon_cutoff" or "eta_cutoff" => "tokens are drawn with temperature, top-k, top-p and min-p alone",
        "generation_kwargs" => "arguments for other programs",
        _ => null,
    };
}
