using System.Text;

namespace KernelGen.Tool.Declarations;

/// <summary>What a program would declare a model by.</summary>
/// <param name="ClassName">The declared class.</param>
/// <param name="Constructor">The argument of the attribute's constructor as C# text: an architecture, or the name of a configuration file in quotes.</param>
/// <param name="Properties">The properties that are set.</param>
/// <param name="From">What the declaration was read from, as messages say it.</param>
internal sealed record ModelDeclaration(string ClassName, string Constructor, IReadOnlyList<DeclaredProperty> Properties, string From)
{
    private const int LongestLine = 110;

    /// <summary>Whether it is a model of speech, which has an attribute of its own.</summary>
    public bool IsOfSpeech { get; init; }

    /// <summary>Where the configuration file lies that <see cref="Constructor"/> names; <see langword="null"/> without one.</summary>
    public string? ConfigurationPath { get; init; }

    /// <summary>What <see cref="Constructor"/> calls it, as the project lists it; <see langword="null"/> without one.</summary>
    public string? ConfigurationName { get; init; }

    /// <summary>What nothing tells: who uses the declaration has to know it.</summary>
    public IEnumerable<DeclaredProperty> Assumed => Properties.Where(static property => property.IsAssumed);

    /// <summary>The declaration with a property set, in the place of one of the same name.</summary>
    public ModelDeclaration With(DeclaredProperty property) => this with
    {
        Properties = Properties.Any(other => other.Name == property.Name)
            ? [.. Properties.Select(other => other.Name == property.Name ? property : other)]
            : [.. Properties, property],
    };

    /// <summary>Refuses a declaration of which something is a guess: one that is wrong would give a model that loads and answers nonsense.</summary>
    /// <exception cref="InputException">Something is assumed; the message says what.</exception>
    public void RefuseAssumed()
    {
        DeclaredProperty[] assumed = [.. Assumed];
        if (assumed.Length > 0)
        {
            throw new InputException(
                $"The tensors do not tell {string.Join(", ", assumed.Select(static property => property.Name))}. Give the declaration of the program (--declaration FILE.cs), the model's config.json (--config), "
                + $"or what is missing: {string.Join(" ", assumed.Select(static property => $"--set {property.Name}={property.Value}"))} would be usual, if that is what the model was trained with.");
        }
    }

    /// <summary>The declaration as C# source, to paste.</summary>
    public string ToSource()
    {
        var text = new StringBuilder(IsOfSpeech ? "[SpeechToTextModel(" : "[EncoderDecoderModel(").Append(Constructor);
        int lineStart = 0;
        for (int i = 0; i < Properties.Count; i++)
        {
            string argument = $"{Properties[i].Name} = {Properties[i].Value}";
            text.Append(',');
            if (i == 0 || text.Length - lineStart + argument.Length > LongestLine)
            {
                text.Append('\n');
                lineStart = text.Length;
                text.Append("    ");
            }
            else
            {
                text.Append(' ');
            }

            text.Append(argument);
        }

        return text.Append(")]\npublic sealed partial class ").Append(ClassName).Append(";\n").ToString();
    }
}
