using System.Collections.Immutable;

namespace KernelGen.Text;

public sealed partial class TextGenerator
{
    /// <summary>
    /// Opens a folder as it is downloaded from Hugging Face: loads its weights and its tokenizers, and takes its generation defaults, those of
    /// <c>generation_config.json</c> or, in older folders, of <c>config.json</c>. Which file is read for what: runtime/docs/from-hugging-face.md in the repository.
    /// </summary>
    /// <typeparam name="TModel">The declared model, whose declaration names the same <c>config.json</c>.</typeparam>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Languages, weights, precision, what to do to texts; <see langword="null"/> for the defaults.</param>
    /// <returns>The generator; dispose it to free the model.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file that is needed is not there.</exception>
    /// <exception cref="InvalidDataException">A tokenizer's or a configuration's file is not what it should be, or says another start token than the declaration.</exception>
    /// <exception cref="Checkpoints.CheckpointException">The weights are damaged, or not those of the declaration.</exception>
    /// <exception cref="ArgumentException">A language that the model needs is missing, or one is given that it does not know; or the tokenizers have more tokens than the model.</exception>
    public static TextGenerator Open<TModel>(string folder, TextGeneratorOpenOptions? options = null)
        where TModel : EncoderDecoder, IEncoderDecoderModel<TModel>
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new TextGeneratorOpenOptions();

        // What is small and likely to be wrong comes first: weights may take seconds.
        var tokenizer = PretrainedTokenizer.Load(
            folder, new PretrainedTokenizerOptions { SourceLanguage = options.SourceLanguage, TargetLanguage = options.TargetLanguage, AnyLanguage = options.AnyLanguage });
        GenerationConfiguration? generation = GenerationOf(folder);
        TModel model = TModel.Load(options.Weights is null ? folder : Path.Combine(folder, options.Weights), options.Load);
        try
        {
            if (generation?.StartToken is { } start && start != model.StartToken)
            {
                throw new InvalidDataException(
                    $"By {generation.Source} every target begins with token {start} (decoder_start_token_id), by the declaration of {typeof(TModel).Name} with {model.StartToken}. "
                    + $"Declare StartToken = {start}, or use the folder that the declaration was made for.");
            }

            return Between(model, tokenizer, options, generation?.Options, generation?.UnsupportedKeys ?? [], ownsModel: true);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The same model between other languages, for models that tell languages apart: weights and vocabularies are shared, so that it costs little. It has
    /// the options of this one, and none of its own to dispose: it must not be used once this one is disposed.
    /// </summary>
    /// <param name="sourceLanguage">The language of the texts, one of <see cref="Languages"/>; <see langword="null"/> for a Marian model, which is not told it.</param>
    /// <param name="targetLanguage">The language to translate into, one of <see cref="Languages"/>.</param>
    /// <returns>The generator.</returns>
    /// <exception cref="InvalidOperationException">The model was not opened from a folder, or has no codes of languages.</exception>
    /// <exception cref="ArgumentException">A language that the model needs is missing, or one is given that it does not know.</exception>
    public TextGenerator WithLanguages(string? sourceLanguage, string? targetLanguage)
    {
        PretrainedTokenizer tokenizer = (_tokenizer ?? throw new InvalidOperationException("Only a generator that was opened from a folder knows the codes of languages."))
            .WithLanguages(new PretrainedTokenizerOptions { SourceLanguage = sourceLanguage, TargetLanguage = targetLanguage });
        return Between(Model, tokenizer, _options, _folderGeneration, UnsupportedGenerationKeys, ownsModel: false);
    }

    private static TextGenerator Between(
        EncoderDecoder model,
        PretrainedTokenizer tokenizer,
        TextGeneratorOptions options,
        GenerationOptions? folderGeneration,
        ImmutableArray<UnsupportedGenerationKey> unsupportedKeys,
        bool ownsModel)
    {
        // A language that is asked for wins over one that the files force (forced_bos_token_id).
        GenerationOptions? defaults = folderGeneration is null || tokenizer.ForcedPrefix.IsEmpty ? folderGeneration : folderGeneration with { ForcedPrefix = tokenizer.ForcedPrefix };
        return new TextGenerator(model, tokenizer.Source, tokenizer.Target, options with { Generation = options.Generation ?? defaults })
        {
            _options = options,
            _tokenizer = tokenizer,
            _folderGeneration = folderGeneration,
            _forcedPrefix = tokenizer.ForcedPrefix,
            _ownsModel = ownsModel,
            UnsupportedGenerationKeys = unsupportedKeys,
        };
    }

    /// <summary>What the folder says of generation; nothing where it has neither file, which the declaration may have been made without.</summary>
    private static GenerationConfiguration? GenerationOf(string folder)
    {
        try
        {
            return GenerationConfiguration.Load(folder);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
