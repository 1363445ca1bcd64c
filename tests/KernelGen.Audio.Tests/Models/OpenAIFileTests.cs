using KernelGen.Checkpoints;
using KernelGen.Tests.Reference;

namespace KernelGen.Audio.Tests.Models;

/// <summary>A file as OpenAI's whisper saves its models, in float16, which PyTorch wrote of the golden's weights.</summary>
public sealed class OpenAIFileTests
{
    private static readonly SpeechGolden Golden = SpeechGolden.Whisper;

    private static string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Golden.ModelPath)!, "openai.pt");

    [Fact]
    public void Answers_have_the_bits_of_the_same_weights_under_the_names_of_hugging_face()
    {
        using GoldenWhisper expected = GoldenWhisper.Load(TensorFile.Write(TensorFile.Read(Golden.ModelPath).ToDictionary(
            static tensor => tensor.Key,
            static tensor => new Tensor(tensor.Value.Shape, Array.ConvertAll(tensor.Value.Values, static value => (float)(Half)value)))));
        using GoldenWhisper found = GoldenWhisper.Load(Path);
        for (int i = 0; i < Golden.Count; i++)
        {
            using EncodedSpeech expectedSpeech = expected.Encode(Golden.Frames(i));
            using EncodedSpeech foundSpeech = found.Encode(Golden.Frames(i));
            Assert.Equal(expectedSpeech.Logits(Golden.TargetPrefixes[i]), foundSpeech.Logits(Golden.TargetPrefixes[i]));
        }
    }

    /// <summary>No tensor tells how many heads share its rows; the dimensions beside them do.</summary>
    [Fact]
    public void Another_number_of_heads_is_refused()
    {
        CheckpointException problem = Assert.Throws<CheckpointException>(() => ManyHeadedWhisper.Load(Path));
        Assert.Contains("openai.pt", problem.Message, StringComparison.Ordinal);
        Assert.Contains("says that the model has 2 heads; the declaration of 'ManyHeadedWhisper' has Heads = 3. Declare Heads = 2, or load the matching file.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_declaration_of_another_shape_names_the_tensor_as_the_file_does()
    {
        CheckpointException problem = Assert.Throws<CheckpointException>(() => WiderEars.Load(Path));
        Assert.Contains("'encoder.conv1.weight' has shape [30, 80, 3]; the declaration of 'WiderEars' expects [30, 96, 3]", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_such_a_file_alone_is_refused_with_its_name()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("kernelgen-");
        File.Copy(Path, System.IO.Path.Combine(folder.FullName, "base.pt"));
        CheckpointException problem = Assert.Throws<CheckpointException>(() => GoldenWhisper.Load(folder.FullName));
        Assert.Contains("'base.pt'. Give the path of the one that is meant", problem.Message, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }
}
