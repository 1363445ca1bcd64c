using KernelGen.Families;
using KernelGen.Generator.Specification.Configuration;
using KernelGen.Recipes;

namespace KernelGen.Generator.Specification;

/// <summary>Decides what stands between the linear layers of feed-forward blocks. T5's files write the activation and the gate as one.</summary>
internal sealed class FeedForwardReader
{
    /// <summary>How T5's configuration files begin the name of an activation where feed-forward blocks are gated.</summary>
    private const string GatedPrefix = "gated-";

    private readonly Declaration _declaration;
    private readonly Preset _preset;
    private readonly ConfigurationKeys _keys;
    private readonly bool _mayBeGated;
    private readonly SettingReader _read;

    public FeedForwardReader(Declaration declaration, Preset preset, ConfigurationKeys keys, SettingReader read)
    {
        _declaration = declaration;
        _preset = preset;
        _keys = keys;
        _mayBeGated = Family.Of(preset.Architecture).Gate(Stack.Encoder) is not null;
        _read = read;
    }

    /// <summary>The activation; <see langword="null"/> where it cannot be decided.</summary>
    public Activation? ReadActivation() => _declaration.Activation is int declared
        ? _read.Choice(nameof(Declaration.Activation), declared, Activation.Relu)
        : Read(_keys.Activation, _preset.Activation);

    /// <summary>The activation of the decoder; <see langword="null"/> where it cannot be decided.</summary>
    /// <param name="ofEncoder">That of the encoder.</param>
    public Activation? ReadDecoderActivation(Activation? ofEncoder) =>
        _keys.DecoderActivation is { } key ? Read(key, _preset.DecoderActivation ?? ofEncoder) : _preset.DecoderActivation ?? ofEncoder;

    private Activation? Read(string key, Activation? otherwise)
    {
        if (_read.Find(key) is not JsonValue value)
        {
            return otherwise;
        }

        string? name = _read.Text(key);
        if (name is not null && IsGatedByFile() == true)
        {
            // T5's code means the tanh form where it says "gated-gelu", and only there.
            name = name == GatedPrefix + "gelu" ? "gelu_new" : name.Substring(GatedPrefix.Length);
        }

        // gelu_new, gelu_pytorch_tanh, gelu_fast and gelu_accurate write one function in four ways; gelu and gelu_python another in two.
        Activation? known = name switch
        {
            "relu" => Activation.Relu,
            "gelu" or "gelu_python" => Activation.Gelu,
            "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" or "gelu_accurate" => Activation.GeluTanh,
            "silu" or "swish" => Activation.Silu,
            "tanh" => Activation.Tanh,
            _ => null,
        };
        if (known is null && value.Kind == JsonKind.String)
        {
            const string Known = "known are relu, gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, silu, swish and tanh";
            _read.Unsupported(
                key,
                value,
                _mayBeGated
                    ? Known + ", and each after \"gated-\", as in gated-gelu and gated-silu; set Activation when one of its values is what you mean, and GatedFeedForward"
                    : Known + "; set Activation when one of its values is what you mean");
        }

        return known;
    }

    /// <summary>Whether feed-forward blocks are gated.</summary>
    public bool ReadGated() => _declaration.GatedFeedForward ?? IsGatedByFile() ?? _preset.GatedFeedForward;

    /// <summary>Whether the file says that feed-forward blocks are gated; <see langword="null"/> where it says nothing of their activation.</summary>
    private bool? IsGatedByFile() => _mayBeGated && _read.Find(_keys.Activation) is { Kind: JsonKind.String } value ? value.Text.StartsWith(GatedPrefix, StringComparison.Ordinal) : null;
}
