namespace KernelGen.Recipes;

/// <summary>A tensor of a model, with the bias beside it where it has one, whatever the files of a family call it.</summary>
internal sealed class ModelTensor
{
    /// <summary>Its number among the tensors of the model.</summary>
    public required int Index { get; init; }

    /// <summary>What it is.</summary>
    public required TensorRole Role { get; init; }

    /// <summary>The stack that it belongs to; the decoder for the output projection.</summary>
    public required Stack Stack { get; init; }

    /// <summary>The number of its layer; -1 outside layers.</summary>
    public int Layer { get; init; } = -1;

    /// <summary>Its sublayer; <see langword="null"/> outside layers.</summary>
    public Sublayer? Sublayer { get; init; }

    /// <summary>The number of rows; of a norm 1.</summary>
    public required Dimension Rows { get; init; }

    /// <summary>The number of columns.</summary>
    public required Dimension Columns { get; init; }

    /// <summary>How many neighbouring rows a convolution reads; 1 elsewhere.</summary>
    public int Taps { get; init; } = 1;

    /// <summary>The numbers of a bias beside it; 0 where it has none.</summary>
    public long BiasLength { get; init; }

    /// <summary>Its name here: <c>decoder.3.cross_attention.query</c>.</summary>
    public string Name => $"{StackRecipe.NameOf(Stack)}.{(Sublayer is null ? "" : $"{Layer}.{Sublayer.Name}.")}{Snake(Role.ToString())}";

    /// <summary>Whether it is a norm: γ, and β beside it.</summary>
    public bool IsNorm => Role is TensorRole.Norm or TensorRole.EmbeddingNorm or TensorRole.FinalNorm or TensorRole.GroupNorm;

    /// <summary>How many numbers are learned.</summary>
    public long Parameters => (Rows.Size * Columns.Size * Taps) + BiasLength;

    private static string Snake(string name)
    {
        string words = "";
        foreach (char letter in name)
        {
            words += char.IsUpper(letter) && words.Length > 0 ? $"_{char.ToLowerInvariant(letter)}" : char.ToLowerInvariant(letter).ToString();
        }

        return words;
    }
}
