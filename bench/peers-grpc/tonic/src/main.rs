// ModelInfer by tonic and ONNX Runtime, one thread: what others would write.
// Arguments: port, file of the model.  ORT_DYLIB_PATH: the library.

use bytes::Bytes;
use ort::{session::Session, value::TensorRef};
use std::cell::RefCell;
use std::future::{ready, Ready};
use std::task::{Context, Poll};
use tonic::codegen::{http, Body, BoxFuture, Service, StdError};
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Request, Response, Status};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Clone, PartialEq, prost::Message)]
struct Tensor {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    datatype: String,
    #[prost(int64, repeated, tag = "3")]
    shape: Vec<i64>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct InferRequest {
    #[prost(string, tag = "1")]
    model_name: String,
    #[prost(string, tag = "2")]
    model_version: String,
    #[prost(string, tag = "3")]
    id: String,
    #[prost(message, repeated, tag = "5")]
    inputs: Vec<Tensor>,
    #[prost(bytes = "bytes", repeated, tag = "7")]
    raw_input_contents: Vec<Bytes>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct InferResponse {
    #[prost(string, tag = "1")]
    model_name: String,
    #[prost(string, tag = "2")]
    model_version: String,
    #[prost(string, tag = "3")]
    id: String,
    #[prost(message, repeated, tag = "5")]
    outputs: Vec<Tensor>,
    #[prost(bytes = "bytes", repeated, tag = "6")]
    raw_output_contents: Vec<Bytes>,
}

thread_local! {
    static MODEL: RefCell<Option<Session>> = const { RefCell::new(None) };
}

fn infer(q: InferRequest) -> Result<InferResponse, Status> {
    if q.model_name != "a" {
        return Err(Status::not_found("there is no such model"));
    }
    let (Some(input), Some(raw)) = (q.inputs.first(), q.raw_input_contents.first()) else {
        return Err(Status::invalid_argument("expected one tensor"));
    };
    let shape: Vec<usize> = input.shape.iter().map(|&n| n as usize).collect();
    let x: Vec<f32> = raw
        .chunks_exact(4)
        .map(|c| f32::from_le_bytes([c[0], c[1], c[2], c[3]]))
        .collect();

    MODEL.with(|m| {
        let mut m = m.borrow_mut();
        let x = TensorRef::from_array_view((shape.as_slice(), x.as_slice()))
            .map_err(|_| Status::invalid_argument("shape"))?;
        let out = m
            .as_mut()
            .unwrap()
            .run(ort::inputs![x])
            .map_err(|_| Status::internal("run"))?;
        let (shape, y) = out[0].try_extract_tensor::<f32>().unwrap();
        let mut bytes = Vec::with_capacity(4 * y.len());
        for v in y {
            bytes.extend_from_slice(&v.to_le_bytes());
        }
        Ok(InferResponse {
            model_name: q.model_name,
            model_version: "1".into(),
            id: q.id,
            outputs: vec![Tensor {
                name: "y".into(),
                datatype: "FP32".into(),
                shape: shape.to_vec(),
            }],
            raw_output_contents: vec![bytes.into()],
        })
    })
}

struct Infer;

impl UnaryService<InferRequest> for Infer {
    type Response = InferResponse;
    type Future = Ready<Result<Response<InferResponse>, Status>>;

    fn call(&mut self, r: Request<InferRequest>) -> Self::Future {
        ready(infer(r.into_inner()).map(Response::new))
    }
}

#[derive(Clone)]
struct Inference;

impl NamedService for Inference {
    const NAME: &'static str = "inference.GRPCInferenceService";
}

impl<B> Service<http::Request<B>> for Inference
where
    B: Body + Send + 'static,
    B::Error: Into<StdError> + Send + 'static,
{
    type Response = http::Response<tonic::body::Body>;
    type Error = std::convert::Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, r: http::Request<B>) -> Self::Future {
        Box::pin(async move {
            if r.uri().path() != "/inference.GRPCInferenceService/ModelInfer" {
                return Ok(Status::unimplemented("method").into_http());
            }
            let codec = tonic_prost::ProstCodec::<InferResponse, InferRequest>::default();
            Ok(Grpc::new(codec).unary(Infer, r).await)
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut args = std::env::args().skip(1);
    let port = args.next().expect("port");
    let file = args.next().expect("model");
    let env = ort::init().build().unwrap();
    let session = Session::builder(&env)
        .unwrap()
        .with_intra_threads(1)
        .unwrap()
        .with_inter_threads(1)
        .unwrap()
        .commit_from_file(file)
        .unwrap();
    MODEL.with(|m| *m.borrow_mut() = Some(session));
    tonic::transport::Server::builder()
        .add_service(Inference)
        .serve(format!("127.0.0.1:{port}").parse().unwrap())
        .await
        .unwrap();
}
