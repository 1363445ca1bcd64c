using System.ComponentModel.DataAnnotations;

namespace KernelGen.Extensions.Hosting;

/// <summary>How a model and its tokenizers are loaded from a folder: what a section of the configuration says.</summary>
public abstract class ModelSettings
{
    /// <summary>The folder, as it is downloaded from Hugging Face.</summary>
    [Required(ErrorMessage = "There is no Folder. Name the folder that has the weights and the tokenizer.")]
    public string Folder { get; set; } = "";

    /// <summary>
    /// The weights, where they are not the folder's own: the path of a checkpoint or a packed file, from the folder on where it is relative.
    /// </summary>
    public string? Weights { get; set; }

    /// <summary>How weights are stored; <see langword="null"/> (the default) as the file has them.</summary>
    [EnumDataType(typeof(WeightPrecision), ErrorMessage = "Precision is none that there is. Use Float32, BFloat16, Int8 or Int4.")]
    public WeightPrecision? Precision { get; set; }

    /// <summary>Whether a few tokens are generated once the model is loaded, so that no request waits for code that is compiled when it first runs. Default: yes.</summary>
    public bool WarmUp { get; set; } = true;

    internal ModelLoadOptions LoadOptions => new() { Precision = Precision };
}
