using System.Text.Json;

namespace KernelGen.Extensions.Hosting.Tests;

/// <summary>A Marian folder as downloaded: weights, vocabulary, and the SentencePiece model of samples/Translate, of whose pieces the vocabulary has the letters.</summary>
internal sealed class MarianFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kernelgen-hosting-");

    public MarianFolder()
    {
        const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?";
        var vocabulary = new Dictionary<string, int> { ["</s>"] = 0, ["<unk>"] = 1, ["\u2581"] = 2 };
        foreach (char letter in Letters)
        {
            vocabulary.Add(letter.ToString(), vocabulary.Count);
        }

        vocabulary.Add("<pad>", vocabulary.Count);
        Write("vocab.json", JsonSerializer.Serialize(vocabulary));
        Write("config.json", """{ "model_type": "marian", "bad_words_ids": [[69]], "max_length": 12, "num_beams": 1 }""");
        foreach ((string name, string from) in new[] { ("source.spm", "letters.spm"), ("target.spm", "letters.spm"), ("model.safetensors", "marian.safetensors") })
        {
            File.Copy(System.IO.Path.Combine(AppContext.BaseDirectory, "Data", from), System.IO.Path.Combine(Path, name));
        }
    }

    public string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string name, string contents) => File.WriteAllText(System.IO.Path.Combine(Path, name), contents);
}
