namespace KernelGen.Audio.Tests;

public class AttentionMatrixTests
{
    [Fact]
    public void Attention_to_what_is_no_sound_is_left_out()
    {
        // One head, two tokens, four positions, of which two belong to the sound.
        float[] matrix = Of(2, [0.1f, 0.3f, 0.6f, 0, 0.3f, 0.1f, 0.6f, 0]);
        Assert.Equal([-1, 1, 1, -1], Array.ConvertAll(matrix, static value => MathF.Round(value, 3)));
    }

    [Fact]
    public void Tokens_that_look_alike_deviate_nowhere() => Assert.Equal(new float[6], Of(3, [1, 0, 0, 1, 0, 0]));

    [Fact]
    public void A_token_that_looks_at_no_sound_looks_at_all_of_it_alike()
    {
        float[] matrix = Of(2, [0, 0, 1, 1, 0, 0]);
        Assert.All(matrix, static value => Assert.True(float.IsFinite(value)));
        Assert.Equal([-1, 1, 1, -1], matrix);
    }

    [Fact]
    public void Heads_count_alike_whether_they_are_added_at_once_or_one_by_one()
    {
        float[] one = [0.1f, 0.3f, 0.6f, 0.3f, 0.1f, 0.6f];
        float[] other = [0.7f, 0.2f, 0.1f, 0.5f, 0.4f, 0.1f];
        var matrix = new AttentionMatrix(tokens: 2, positions: 3);
        matrix.Add([.. one, .. other], heads: 2);
        Assert.Equal(Of(3, one, other), matrix.Mean());
    }

    /// <summary>The matrix of heads of two tokens.</summary>
    private static float[] Of(int positions, params float[][] heads)
    {
        var matrix = new AttentionMatrix(tokens: 2, positions);
        foreach (float[] head in heads)
        {
            matrix.Add(head, heads: 1);
        }

        return matrix.Mean();
    }
}
