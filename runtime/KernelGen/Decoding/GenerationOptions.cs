using System.Collections.Immutable;

namespace KernelGen;

/// <summary>How a target is generated.</summary>
/// <remarks>
/// Rules (<see cref="EncoderRepetitionPenalty"/>, <see cref="RepetitionPenalty"/>, <see cref="NoRepeatNGramSize"/>, <see cref="EncoderNoRepeatNGramSize"/>,
/// <see cref="SuppressedSequences"/>, <see cref="MinLength"/>, <see cref="ExponentialLengthPenalty"/>, <see cref="SuppressedTokens"/>,
/// <see cref="BeginSuppressedTokens"/>, <see cref="Constraint"/>) hold alike in greedy search, beam search (for each hypothesis by its own tokens) and sampling. They
/// change the logits of a position before anything is chosen, so that probabilities are over the tokens that may be generated. The start token counts as
/// the first token of a target for those that look back, as in Hugging Face's Transformers. Where rules leave no token at all, the target ends as it stands
/// (<see cref="FinishReason.NothingAllowed"/>). They do not hold for tokens that <see cref="ForcedPrefix"/> or <see cref="ForceEndToken"/> force. What is
/// different in <see cref="SearchDefinition.HuggingFace"/> is said there.
/// </remarks>
public sealed record GenerationOptions
{
    internal static readonly GenerationOptions Default = new();

    /// <summary>
    /// The most tokens to generate, the end token included; <see langword="null"/> (the default) is the declared maximum target length.
    /// At least 1, at most the declared maximum; with <see cref="SearchDefinition.HuggingFace"/> more counts as the declared maximum. <c>max_new_tokens</c>, or
    /// <c>max_length</c> less the start token.
    /// </summary>
    public int? MaxLength { get; init; }

    /// <summary>
    /// Whose definition of greedy search, sampling and above all beam search is followed: our own (the default), or that of Hugging Face's Transformers, which
    /// <see cref="FromGenerationConfig"/> chooses.
    /// </summary>
    public SearchDefinition Definition { get; init; }

    /// <summary>
    /// How many hypotheses are followed at once: 1 (the default) is greedy search, more is beam search. From 1 to 32. A beam of 4 costs about four
    /// rows of a batch. <c>num_beams</c>.
    /// </summary>
    /// <remarks>
    /// This is <see cref="SearchDefinition.KernelGen"/>; for the other see <see cref="SearchDefinition.HuggingFace"/>.
    /// In each step all continuations of all live hypotheses are ranked by the sum of their log-probabilities, and the best <c>2 · BeamSize</c> (with n end
    /// tokens <c>(1 + n) · BeamSize</c>) are looked at in order: one that ends among the first <c>BeamSize</c> is finished; the first <c>BeamSize</c> that do not end stay live. Of equal
    /// sums the one comes first whose beginning stood higher, then the lower token. One that <see cref="StopWhen"/> stops takes its place among these, but is
    /// finished as it stands; so is, before the ranking, a live one for which rules leave no token. The search stops once <c>BeamSize</c> are finished and no live one
    /// has a better score than the worst of the <c>BeamSize</c> best finished ones, or at <see cref="MaxLength"/>, where live ones are finished as
    /// they stand.
    /// </remarks>
    public int BeamSize { get; init; } = 1;

    /// <summary>
    /// How many hypotheses are returned, the best first: from 1 (the default) to <see cref="BeamSize"/>. There are fewer where so few tokens may be
    /// generated in so short a target that the search ends with fewer. With <see cref="Sampling"/>: how many samples are drawn for each source,
    /// independently, and returned in the order drawn; from 1 to 64. <c>num_return_sequences</c>.
    /// </summary>
    public int HypothesisCount { get; init; } = 1;

    /// <summary>
    /// How a score grows with length: a score is the sum of log-probabilities divided by <c>tokens^LengthPenalty</c>, where the end token counts and the
    /// start token does not. 1 (the default) is the mean, 0 the sum, which favours short targets; above 1 long ones are favoured. Finite; negative only
    /// with <see cref="SearchDefinition.HuggingFace"/>. Greedy search and sampling choose the same tokens whatever it is. <c>length_penalty</c>.
    /// </summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>
    /// When beam search as <see cref="SearchDefinition.HuggingFace"/> defines it is over; without it <see cref="EarlyStopping.Heuristic"/>, the default.
    /// <c>early_stopping</c>.
    /// </summary>
    public EarlyStopping EarlyStopping { get; init; }

    /// <summary>
    /// How many hypotheses beam search as <see cref="SearchDefinition.OpenAI"/> defines it finishes before it is over, in multiples of the <see cref="BeamSize"/> (Kasai et al.
    /// 2022): above 0, 1 by default.
    /// </summary>
    public double Patience { get; init; } = 1;

    /// <summary>
    /// Into how many groups of equal size the beam is divided (diverse beam search, Vijayakumar et al. 2016): 1 (the default) to <see cref="BeamSize"/>, which it
    /// divides. Each group is a search of its own, which shuns what those before it choose; the best of all are returned, and two groups may find the
    /// same. Only with <see cref="SearchDefinition.HuggingFace"/> and a <see cref="DiversityPenalty"/>. <c>num_beam_groups</c>.
    /// </summary>
    public int BeamGroups { get; init; } = 1;

    /// <summary>
    /// What a token's log-probability loses for each hypothesis of an earlier group that has chosen it in the same step: 0 (the default) without
    /// <see cref="BeamGroups"/>, above 0 with them. <c>diversity_penalty</c>.
    /// </summary>
    public double DiversityPenalty { get; init; }

    /// <summary>
    /// Whether beam search as <see cref="SearchDefinition.HuggingFace"/> defines it shares the probability of forbidden tokens out among the others (default:
    /// no). Our own definition always does. <c>renormalize_logits</c>.
    /// </summary>
    public bool RenormalizeLogits { get; init; }

    /// <summary>
    /// The tokens that end a target, at most 32; empty (the default) for the declared <see cref="TransformerModel.EndToken"/>. <see cref="Hypothesis.EndToken"/>
    /// says which one came. <c>eos_token_id</c>.
    /// </summary>
    public ImmutableArray<int> EndTokens { get; init; } = [];

    /// <summary>
    /// Draws tokens at random instead of searching for the most probable ones; <see langword="null"/> (the default) does not. Not together with a
    /// <see cref="BeamSize"/> above 1.
    /// </summary>
    public SamplingOptions? Sampling { get; init; }

    /// <summary>
    /// How many tokens a target has at least before the end token may come, which does not count: 0 (the default) to <see cref="MaxLength"/>.
    /// <c>min_new_tokens</c>, or <c>min_length</c> less the start token.
    /// </summary>
    public int MinLength { get; init; }

    /// <summary>
    /// What makes tokens less probable that a target has already, however often: their logits are divided by it where they are positive and multiplied by it
    /// where they are not (Keskar et al. 2019, CTRL). 1 (the default) changes nothing, below 1 favours repetition. Above 0 and finite, in single precision; what
    /// would leave the range of a float becomes the largest one. <c>repetition_penalty</c>.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>
    /// What makes tokens of the source more probable: their logits are multiplied by it where they are positive and divided by it where they are not. 1 (the
    /// default) changes nothing. Above 0 and finite. For models whose source and target have one vocabulary. <c>encoder_repetition_penalty</c>.
    /// </summary>
    public double EncoderRepetitionPenalty { get; init; } = 1;

    /// <summary>
    /// So many tokens in a row come only once in a target (Paulus et al. 2018): a token that would complete the same n-gram again is forbidden. 0 (the
    /// default) forbids none. <c>no_repeat_ngram_size</c>.
    /// </summary>
    public int NoRepeatNGramSize { get; init; }

    /// <summary>
    /// So many tokens in a row do not come in a target as they stand in its source. 0 (the default) forbids none; with 1 no token of the source comes, its end
    /// token neither. For models whose source and target have one vocabulary. <c>encoder_no_repeat_ngram_size</c>.
    /// </summary>
    public int EncoderNoRepeatNGramSize { get; init; }

    /// <summary>What draws a target to its end, or keeps it from it, as it grows; <see langword="null"/> (the default) for nothing. <c>exponential_decay_length_penalty</c>.</summary>
    public ExponentialLengthPenalty? ExponentialLengthPenalty { get; init; }

    /// <summary>Tokens that are not generated, besides those that the declaration suppresses. <c>suppress_tokens</c>.</summary>
    public ImmutableArray<int> SuppressedTokens { get; init; } = [];

    /// <summary>Tokens that do not come first: as the first token after the <see cref="ForcedPrefix"/>. <c>begin_suppress_tokens</c>.</summary>
    public ImmutableArray<int> BeginSuppressedTokens { get; init; } = [];

    /// <summary>
    /// Sequences of tokens that are not generated: the last token of each is forbidden where the target ends with what comes before it. One that begins with
    /// the start token is forbidden at the beginning of the target alone. <c>bad_words_ids</c>.
    /// </summary>
    public ImmutableArray<ImmutableArray<int>> SuppressedSequences { get; init; } = [];

    /// <summary>
    /// Tokens that stand before the target in place of the declared start token, such as the text before it; empty (the default) for the start token alone. They
    /// are no part of the result, and count neither for lengths nor in scores; rules that look back see the last of them as the start token. With n of them there is room for
    /// n - 1 tokens fewer than the declared maximum target length. <c>decoder_input_ids</c>.
    /// </summary>
    public ImmutableArray<int> Prompt { get; init; } = [];

    /// <summary>
    /// Tokens that every target begins with, such as a language's token (<c>forced_bos_token_id</c>). They are part of the result, count for lengths, and
    /// count in scores with the log-probabilities that <see cref="EncoderDecoder.Score"/> gives them. At most <see cref="MaxLength"/>; not the end token.
    /// </summary>
    public ImmutableArray<int> ForcedPrefix { get; init; } = [];

    /// <summary>
    /// Whether a target that has not ended before gets the end token as the last token of <see cref="MaxLength"/> (default: no, it stops as it stands). It
    /// counts in scores with the log-probability that <see cref="EncoderDecoder.Score"/> gives it. Of several <see cref="EndTokens"/> it is the first.
    /// <c>forced_eos_token_id</c>.
    /// </summary>
    public bool ForceEndToken { get; init; }

    /// <summary>
    /// The same as <see cref="ForceEndToken"/> with a token of your choice, which need not be an end token; empty (the default) for none. Several, of which the
    /// model chooses one, only with <see cref="SearchDefinition.HuggingFace"/>. <c>forced_eos_token_id</c>.
    /// </summary>
    public ImmutableArray<int> ForcedEndTokens { get; init; } = [];

    /// <summary>
    /// Which target tokens may come for each source; <see langword="null"/> (the default) for all. Only their columns of the output projection are computed, which saves most of its time where
    /// the vocabulary is large. The tokens that end a target, and those that are forced, may come in any case. Not for models whose sources are audio.
    /// </summary>
    /// <remarks>
    /// Tokens and scores are those of a search in which the logits of all other tokens are minus infinity: probabilities are over the tokens that may come, so that scores are
    /// higher than without a map, and than <see cref="EncoderDecoder.Score"/>'s. Each source of a list has candidates of its own, whichever others are searched for beside it.
    /// </remarks>
    public VocabularyMap? VocabularyMap { get; init; }

    /// <summary>
    /// Called for each token of each target, to say which tokens may come next: <c>(step, allowed) => allowed.AllowOnly(next.Of(step.Tokens))</c>. The last
    /// of the rules, so that it sees what the others leave. Not called for forced tokens.
    /// </summary>
    /// <remarks>
    /// Called on the thread of the call, and for one model by as many calls at once as run. It should look at nothing but its arguments, or results come to
    /// depend on the order of its calls: sources of a list are worked on several at a time, and beam search follows several hypotheses of each.
    /// An exception ends the call with that exception. The callback may not keep its arguments; it causes no allocation but its own.
    /// </remarks>
    public TokenConstraint? Constraint { get; init; }

    /// <summary>
    /// Called after each token of each target but the end token and those within <see cref="ForcedPrefix"/>; where it returns <see langword="true"/>, the
    /// target is complete as it stands (<see cref="FinishReason.Stopped"/>). The last token belongs to it. What <see cref="Constraint"/>
    /// says of callbacks holds.
    /// </summary>
    public StopCondition? StopWhen { get; init; }

    /// <summary>
    /// Whether <see cref="Hypothesis.Score"/> is computed by greedy search and sampling (default: no). It costs a pass of exponentials over the vocabulary
    /// for each token. Beam search computes scores in any case.
    /// </summary>
    public bool ReturnScores { get; init; }

    /// <summary>
    /// Whether <see cref="Hypothesis.CrossAttention"/> is computed (default: no). It costs one pass of the decoder over each returned hypothesis once it is
    /// known, and memory for <c>decoder layers · heads · target length · source length</c> floats in each.
    /// </summary>
    public bool ReturnCrossAttention { get; init; }

    /// <summary>
    /// How many threads share the work of this call: 1 (the default) to 64. Those that help the caller's are KernelGen's own, no more than there are
    /// processors, and end when nobody needs them for half a minute. Results are the same bits whatever it is. For
    /// many sentences, as many calls at once with one thread each need fewer handshakes.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// Whether <see cref="Hypothesis.TokenLogProbabilities"/> are returned (default: no). In greedy search and sampling it costs what
    /// <see cref="ReturnScores"/> does.
    /// </summary>
    public bool ReturnTokenLogProbabilities { get; init; }

    /// <summary>
    /// Whether greedy search for one source guesses the next tokens and checks the guesses together, as one pass of the model over several tokens (Santilli
    /// et al. 2023, "Accelerating Transformer Inference for Translation via Parallel Decoding"). Tokens and scores are the same bits whatever it is: a guess
    /// is kept only where the model itself chooses it. <see langword="null"/> (the default) does so where it pays, <see langword="true"/> from the first
    /// call on, <see langword="false"/> never.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Guesses come from an 8-bit copy of the decoder, and from which token lately followed which. The copy takes a byte for each weight of the decoder's
    /// linear layers (and of an output projection that has no 8-bit copy yet), and is made once for a model: with <see langword="null"/> after it has
    /// generated some hundred tokens for single sources. Where few guesses are right, fewer are made, and then almost none.
    /// </para>
    /// <para>
    /// By default it pays on CPUs with AVX2 or AVX-512, where reading weights takes the time of a step. Beam search, sampling, rules and callbacks, lists
    /// of sources, streams and models with <see cref="WeightPrecision.Int8"/> or <see cref="WeightPrecision.Int4"/> generate token by token whatever it is.
    /// </para>
    /// </remarks>
    public bool? ParallelGreedy { get; init; }

    /// <summary>
    /// What a file of Hugging Face says of generation, as options: <c>generation_config.json</c>, or an older <c>config.json</c>, or a folder that has one of
    /// them. The definition is <see cref="SearchDefinition.HuggingFace"/>, and what the file leaves open has the default that Transformers give it.
    /// </summary>
    /// <param name="path">The file, or the folder that it is in.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or none of them in the folder.</exception>
    /// <exception cref="InvalidDataException">The file is no valid JSON, or a key has a value of the wrong type or out of range.</exception>
    /// <exception cref="NotSupportedException">
    /// The file asks for what is not supported; each such key is named. <see cref="GenerationConfiguration.Load"/> gives the options without them.
    /// </exception>
    public static GenerationOptions FromGenerationConfig(string path) => GenerationConfiguration.Load(path).SupportedOptions();
}
